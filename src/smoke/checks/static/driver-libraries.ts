import type { StaticCheck } from '../../model';
import { fail, pass, say } from '../../verdict';

/** Folders where a driver library belongs: link-time stand-ins, forward compatibility, Jetson's board support. */
const PROPER = /\/stubs\/|\/compat\/|\/compat-|\/tegra\/|\/tegra-egl\//;

/** The image has no library of the driver: one that it has hides, or collides with, that of the host. */
export const check: StaticCheck = {
  id: 'driver-libraries',
  title: 'No libraries of the driver',
  kind: 'static',
  applies: ({ scan }) => scan.components.length > 0,
  judge({ scan }) {
    const own = scan.libraries.filter(({ ofDriver, path }) => ofDriver && !PROPER.test(path));
    const [first, ...others] = own.map(({ path, sizeBytes }) =>
      sizeBytes === 0
        ? say('{path} lies in the image, empty: a container that had a GPU was committed. The toolkit cannot put the real one there.', { path })
        : say("{path} lies in the image: the driver's libraries come from the host, and another version than its kernel module's does not work.", { path }),
    );
    return first === undefined ? pass(say('The image leaves the driver to the host.')) : fail(first, { details: others });
  },
};
