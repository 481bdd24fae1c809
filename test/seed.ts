// Property tests get the same inputs in every run, so that what fails was broken by the change at hand.
// TRTC_SEED=NUMBER looks at others.
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env['TRTC_SEED'] ?? 20_261_120) });
