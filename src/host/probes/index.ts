import type { Probe } from '../probe';
import { cdiProbe } from './cdi';
import { cgroupDriverProbe } from './cgroup-driver';
import { cudaProbe } from './cuda';
import { daemonConfigProbe } from './daemon-config';
import { devContainersProbe } from './dev-containers';
import { deviceNodesProbe } from './device-nodes';
import { diskProbe } from './disk';
import { driverProbe } from './driver';
import { driverVersionsProbe } from './driver-versions';
import { engineProbe } from './engine';
import { enginePlaceProbe } from './engine-place';
import { fabricProbe } from './fabric';
import { gpusProbe } from './gpus';
import { jetsonProbe } from './jetson';
import { migProbe } from './mig';
import { rootlessProbe } from './rootless';
import { runtimeProbe } from './runtime';
import { selinuxProbe } from './selinux';
import { toolkitProbe } from './toolkit';
import { wslProbe } from './wsl';

/** All probes, in the order in which a person would ask: driver, engine, the way between them, room. */
export const probes: readonly Probe[] = [
  driverProbe,
  driverVersionsProbe,
  gpusProbe,
  cudaProbe,
  deviceNodesProbe,
  migProbe,
  fabricProbe,
  engineProbe,
  enginePlaceProbe,
  daemonConfigProbe,
  toolkitProbe,
  runtimeProbe,
  cdiProbe,
  cgroupDriverProbe,
  rootlessProbe,
  selinuxProbe,
  devContainersProbe,
  wslProbe,
  jetsonProbe,
  diskProbe,
];
