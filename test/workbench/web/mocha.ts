// Takes the place of `mocha` in the bundle for browsers: mocha's own build for them, which names itself globally.
import 'mocha/mocha.js';

export default (globalThis as unknown as { readonly Mocha: typeof Mocha }).Mocha;
