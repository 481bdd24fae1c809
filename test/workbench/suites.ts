// The suites that run in the extension host, in this order.
// First: what others use is loaded by then.
import './lazy.test';
import './diagnose.test';
import './fix.test';
import './refactor.test';
import './settings.test';
import './build-context.test';
import './pages.test';
import './large-file.test';
import './completion.test';
import './assistant.test';
import './server.test';
