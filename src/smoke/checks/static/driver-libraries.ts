import { bakedDriverLibraries } from '../../../core/scan/missing';
import type { StaticCheck } from '../../model';
import { fail, pass, say } from '../../verdict';

/** Jetson's images carry libraries of their board support there. */
const JETSON = /\/tegra(?:-egl)?\//;

/** The image has no library of the driver: one that it has hides, or collides with, that of the host. */
export const check: StaticCheck = {
  id: 'driver-libraries',
  title: say('No libraries of the driver'),
  kind: 'static',
  applies: ({ scan }) => scan.components.length > 0,
  judge({ scan }) {
    const [first, ...others] = bakedDriverLibraries(scan)
      .filter(({ path }) => !JETSON.test(path))
      .map(({ path, sizeBytes }) =>
        sizeBytes === 0
          ? say('{path} lies in the image, empty, as a container that had a GPU leaves it when it is committed.', { path })
          : say("{path} lies in the image: the driver's libraries come from the host, and must be those of its kernel module.", { path }),
      );
    return first === undefined ? pass(say('The image leaves the driver to the host.')) : fail(first, { details: others });
  },
};
