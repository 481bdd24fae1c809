/** A Dockerfile with one finding, of `STUBS_RULE`, that has a fix. */
export const STUBS = 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nENV LD_LIBRARY_PATH=/usr/local/cuda/lib64/stubs:$LD_LIBRARY_PATH\n';
export const STUBS_RULE = 'cuda-driver-library-copied';

/** A Dockerfile that runs `install.sh` of its build context, and a content of that script with a finding of `STUBS_RULE`. */
export const RUNS_SCRIPT = 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nCOPY install.sh /tmp/\nRUN bash /tmp/install.sh\n';
export const BAD_SCRIPT = 'set -e\necho /usr/local/cuda/lib64/stubs > /etc/ld.so.conf.d/stubs.conf\n';
