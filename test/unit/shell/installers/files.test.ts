import { describe, expect, test } from 'vitest';
import { actions } from '../reading';

const TRT = 'TensorRT-8.6.1.6.Linux.x86_64-gnu.cuda-11.8.tar.gz';
const tensorrt = { kind: 'tensorrt-tar', version: '8.6.1.6', cuda: '11.8', os: 'Linux', arch: 'x86_64' };
const runfile = { kind: 'cuda-runfile', version: '11.8.0', cuda: '11.8.0', os: 'linux' };
const RUN = 'cuda_11.8.0_520.61.05_linux.run';

describe('downloads', () => {
  test.each([
    [`wget -q https://x/${TRT}`, [{ kind: 'download', url: `https://x/${TRT}`, artifact: tensorrt }]],
    [`curl -fsSLo /tmp/t.tgz https://x/${TRT}?token=1`, [{ kind: 'download', url: `https://x/${TRT}?token=1`, output: '/tmp/t.tgz', artifact: tensorrt }]],
    ['wget -nv -P /tmp https://x/a https://x/b', [
      { kind: 'download', url: 'https://x/a', output: '/tmp/a' },
      { kind: 'download', url: 'https://x/b', output: '/tmp/b' },
    ]],
    ['curl -LO --output-dir /tmp --retry 3 -H "A: b" https://x/a', [{ kind: 'download', url: 'https://x/a', output: '/tmp/a' }]],
    ['curl https://x/a > b', [{ kind: 'download', url: 'https://x/a', output: 'b' }]],
    ['curl -sSf https://x/i.sh | sudo bash -s -- -y', [{ kind: 'download', url: 'https://x/i.sh', pipedToShell: true }, { kind: 'execute' }]],
    ['aria2c -x 8 -d /tmp -o a https://x/b', [{ kind: 'download', url: 'https://x/b', output: '/tmp/a' }]],
    ['wget --version', [{ kind: 'execute' }]],
  ])('%s', (text, expected) => {
    expect(actions(text)).toEqual(expected);
  });
});

describe('archives', () => {
  test.each([
    [`tar xzf ${TRT} -C /opt`, [{ kind: 'extract', archive: TRT, artifact: tensorrt, into: '/opt' }]],
    ['tar -C /opt -xf a.tar', [{ kind: 'extract', archive: 'a.tar', into: '/opt' }]],
    ['tar xfC a.tar /opt', [{ kind: 'extract', archive: 'a.tar', into: '/opt' }]],
    ['tar --extract --file=a.tar --directory=/opt --strip-components 1', [{ kind: 'extract', archive: 'a.tar', into: '/opt' }]],
    ['tar -xz --strip-components=1 -f -', [{ kind: 'extract' }]],
    ['tar czf a.tgz b', [{ kind: 'execute' }]],
    ['unzip -q a.zip -d b', [{ kind: 'extract', archive: 'a.zip', into: 'b' }]],
    ['7z x a.7z -ob', [{ kind: 'extract', archive: 'a.7z', into: 'b' }]],
    [`sh ${RUN} --silent --toolkit --toolkitpath=/opt/cuda`, [{ kind: 'extract', archive: RUN, artifact: runfile, into: '/opt/cuda' }]],
    [`./${RUN} --silent`, [{ kind: 'extract', archive: `./${RUN}`, artifact: runfile, installsDriver: true }]],
    [`sh ${RUN} -silent -toolkit -driver`, [{ kind: 'extract', archive: RUN, artifact: runfile, installsDriver: true }]],
    ['./cuda_9.0.176.2_linux-run -s --accept-eula', [{ kind: 'extract', archive: './cuda_9.0.176.2_linux-run', artifact: { kind: 'cuda-runfile' } }]],
    [`sh ${RUN} --extract=/tmp/x`, [{ kind: 'extract', archive: RUN, artifact: runfile, into: '/tmp/x' }]],
    ['bash ~/Miniconda3-latest-Linux-x86_64.sh -b -p /opt/conda', [
      { kind: 'extract', archive: '~/Miniconda3-latest-Linux-x86_64.sh', artifact: { kind: 'conda-installer', os: 'Linux', arch: 'x86_64' }, into: '/opt/conda' },
    ]],
    ['sh NVIDIA-Linux-x86_64-470.57.02.run -s', [
      { kind: 'extract', archive: 'NVIDIA-Linux-x86_64-470.57.02.run', artifact: { kind: 'driver-runfile', version: '470.57.02', arch: 'x86_64' }, installsDriver: true },
    ]],
    ['bash install.sh', [{ kind: 'execute' }]],
  ])('%s', (text, expected) => {
    expect(actions(text)).toEqual(expected);
  });
});

describe('files', () => {
  test.each([
    ['cp -r a b /c', [{ kind: 'file-copy', sources: ['a', 'b'], destination: '/c' }]],
    ['mv -t /c a', [{ kind: 'file-copy', sources: ['a'], destination: '/c' }]],
    ['ln -sf /x /y', [{ kind: 'file-copy', link: true, sources: ['/x'], destination: '/y' }]],
    ['install -m 0755 -d /a /b', [{ kind: 'file-make', paths: ['/a', '/b'] }]],
    ['mkdir -p -m 755 /a', [{ kind: 'file-make', paths: ['/a'] }]],
    ['rm -rf /var/lib/apt/lists/*', [{ kind: 'file-remove', paths: ['/var/lib/apt/lists/*'] }]],
    ['echo /a >> /etc/ld.so.conf.d/x.conf', [{ kind: 'file-write', path: '/etc/ld.so.conf.d/x.conf', text: '/a', append: true }]],
    ['printf "a\\nb" > /c', [{ kind: 'file-write', path: '/c', text: 'a\nb' }]],
    ['echo a | tee -a /b /c', [
      { kind: 'execute' },
      { kind: 'file-write', path: '/b', text: 'a', append: true },
      { kind: 'file-write', path: '/c', text: 'a', append: true },
    ]],
    ['cat <<EOF > /a\nb\nEOF\n', [{ kind: 'file-write', path: '/a', text: 'b\n' }]],
    ['x > /log', [{ kind: 'execute' }, { kind: 'file-write', path: '/log' }]],
    ['echo a > /dev/null', [{ kind: 'execute' }]],
    ['git clone --depth 1 -b v1 --recursive https://x/y.git z', [{ kind: 'git-clone', url: 'https://x/y.git', branch: 'v1', directory: 'z' }]],
    ['git -C /a pull', [{ kind: 'execute' }]],
  ])('%s', (text, expected) => {
    expect(actions(text)).toEqual(expected);
  });
});
