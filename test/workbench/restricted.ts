// The suite for a workspace that the user does not trust: another workbench, started with trust left on.
import './trust.test';
import './build-trust.test';
import './host-trust.test';
import './docker-trust.test';
