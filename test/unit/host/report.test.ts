import { describe, expect, it } from 'vitest';
import { judgeHost } from '../../../src/host/check';
import { listPrivate, redact, redactFindings } from '../../../src/host/redact';
import { renderIssueReport } from '../../../src/host/report';
import { findRecording, listRecordings, toEvidence } from './recording';

const PRIVATE = { hostNames: ['aurora1.corp.example', 'aurora1'], userNames: ['nikos'] };

describe('redact', () => {
  it.each([
    ['a user in a home path', '/home/nikos/.config and C:\\Users\\Jo\\x and /Users/amy/y', '/home/[user]/.config and C:\\Users\\[user]\\x and /Users/[user]/y'],
    ['the user', 'owned by nikos:nikos', 'owned by [user]:[user]'],
    ['host names, long and short', 'nikos@aurora1.corp.example AURORA1', '[user]@[host] [host]'],
    ['addresses', 'listens on 192.168.1.20:2376, fe80::1ff:fe23:4567:890a and 2001:db8:0:0:0:0:0:1', 'listens on [ip]:2376, [ip] and [ip]'],
    ['hardware addresses', 'ether 52:54:00:12:34:56', 'ether [mac]'],
    ['UUIDs of GPUs and MIG devices', 'GPU-f15ae561-21b1-6003-c768-861fc285203b MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f', '[uuid] [uuid]'],
    ['serial numbers', 'Serial Number : 0323217061234', 'Serial Number : [serial]'],
    ['passwords of proxies', 'HTTP_PROXY=http://nikos:s3cret@proxy.corp.example:3128', 'HTTP_PROXY=http://[credentials]@[host]:3128'],
    ['the machine behind a context', 'ssh://build@farm7.internal', 'ssh://[credentials]@[host]'],
    ['mirrors', '"https://mirror.corp.example/v2"', '"https://[host]/v2"'],
    ['tokens', 'ghp_0123456789abcdefghijABCDEFGHIJ012345 nvapi-abcdefghij0123456789_ABCDEFGHIJ', '[token] [token]'],
    ['web tokens', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.abc-def', '[token]'],
    ['secrets by their names', 'password=hunter2 "api_key": "abc" NGC_API_KEY=xyz', 'password=[secret] "api_key": "[secret]" NGC_API_KEY=[secret]'],
    ['credentials of a registry', '{"auths": {"nvcr.io": {"auth": "JG9hdXRodG9rZW46c2VjcmV0"}}}', '{"auths": {"nvcr.io": {"auth": "[secret]"}}}'],
    ['headers', 'Authorization: Bearer abcdef', 'Authorization: [secret]'],
    ['host names with another domain', 'AURORA1.lab.example:2376, ping aurora1', '[host]:2376, ping [host]'],
    ['addresses of e-mail with their domain', 'built by jo.doe+ci@acme-secret.example; root@box7 bob@10.1.2.3', 'built by [user]@[host]; [user]@[host] [user]@[host]'],
    ['a Windows user with a blank in the name', 'C:\\Users\\José García\\.docker and C:\\Users\\Jo', 'C:\\Users\\[user]\\.docker and C:\\Users\\[user]'],
    ['homes of clusters', '/users/jane/images and /mnt/c/Users/Jane Doe/x', '/users/[user]/images and /mnt/c/Users/[user]/x'],
    ['passwords of command lines', 'docker login --username x --password hunter2 nvcr.io', 'docker login --username x --password [secret] nvcr.io'],
    ['serial numbers as JSON', '"serial_number": "1321020022261"', '"serial_number": "[serial]"'],
    ['a GPU by the beginning of its UUID', 'GPU-f15ae561 is lost', '[uuid] is lost'],
    ['the id of an engine', 'ID: KHTT:VUZR:CZPP:WEWO:NENZ:2LRA:Z3K2:67XZ:A7UV:S7TA:DHH4:T7C6', 'ID: [id]'],
  ])('takes out %s', (_, text, clean) => {
    expect(redact(text, PRIVATE)).toBe(clean);
  });

  it.each([
    'Driver Version: 535.183.06 CUDA Version: 12.2',
    'libnvinfer8 8.6.1.6-1+cuda12.0',
    'kernel 5.15.0-25-generic',
    'cudnn 9.1.0.70',
    'TensorRT 8.6.1.6',
    '127.0.0.1:5000 and 0.0.0.0',
    'https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html',
    'unix:///var/run/docker.sock',
    'nvidia.com/gpu=all',
    '00000000:01:00.0 Off',
    '/usr/bin/nvidia-container-runtime',
    'busybox@sha256:0123456789abcdef and name@1.2.3',
    '[user]@nvidia.com',
    '/run/user/1000/docker.sock',
  ])('leaves %s', (text) => {
    expect(redact(text, { hostNames: ['h'], userNames: ['root', 'u'] })).toBe(text);
  });

  it('takes no time over long texts without ends', () => {
    const start = performance.now();
    for (const piece of ['a-', 'a.', '-', 'password', 'a@', '0:', '1.', '/home/', 'http://', 'eyJ']) redact(piece.repeat(200_000 / piece.length), PRIVATE);
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});

describe('renderIssueReport', () => {
  const render = (evidence: ReturnType<typeof toEvidence>): string => renderIssueReport(evidence, judgeHost(evidence), { version: '1.2.3', userNames: ['nikos'] });

  it('tells what a bug report asks for', () => {
    const report = render(toEvidence(findRecording('not-restarted')));
    for (const text of ['535.183.01', '6.5.0-1027-oem', 'runtimes: io.containerd.runc.v2 runc', 'default-runtime: "nvidia"', '1.16.1', '28.3.0']) expect(report).toContain(text);
    expect(report).not.toContain('blabla');
  });

  it('keeps private things out, wherever they come from', () => {
    const { machine } = findRecording('not-restarted');
    const evidence = toEvidence({
      machine: {
        ...machine,
        hostName: 'aurora1',
        dataRoot: { path: '/home/nikos/docker', totalBytes: 1, availableBytes: 1 },
        commands: { ...machine?.commands, dpkg: { stdout: 'ii  nvidia-utils-535 535.183.01\nun  nvidia-driver\n' }, ctk: { stdout: 'NVIDIA Container Toolkit CLI version 1.16.1\nbuilt by nikos@aurora1\n' } },
      },
      engine: {
        address: { name: 'nikos-farm', url: 'ssh://nikos@farm7.corp.example', from: 'context', current: true },
        info: { hostName: 'aurora1', dataRoot: '/home/nikos/docker' },
        others: [{ name: 'secret-lab', url: 'tcp://10.1.2.3:2376', from: 'context', current: false }, { name: 'local', url: 'unix:///home/nikos/d.sock', from: 'context', current: false }],
      },
    });
    const report = render(evidence);
    for (const text of ['nikos', 'aurora1', 'farm7', '10.1.2.3', 'secret-lab']) expect(report.toLowerCase()).not.toContain(text);
    expect(report).toContain('nvidia-utils-535 535.183.01');
  });

  it('does so for the findings alone, whose words stay sentences that can be translated', () => {
    const { machine } = findRecording('not-restarted');
    const evidence = toEvidence({
      machine: { ...machine, hostName: 'aurora1' },
      engine: { address: { name: 'nikos-farm', url: 'ssh://nikos@farm7.corp.example', from: 'context', current: true }, info: { hostName: 'aurora1', dataRoot: '/home/nikos/docker' } },
    });
    const findings = judgeHost(evidence);
    expect(JSON.stringify(findings)).toContain('nikos-farm');
    const clean = redactFindings(findings, listPrivate(evidence, ['nikos']));
    for (const text of ['nikos', 'aurora1', 'farm7']) expect(JSON.stringify(clean).toLowerCase()).not.toContain(text);
    expect(clean.map(({ id, state, title: { template } }) => [id, state, template])).toEqual(findings.map(({ id, state, title: { template } }) => [id, state, template]));
  });

  it('does not take the usual names of contexts and sockets for those of machines', () => {
    const others = [
      { name: 'rootless', url: 'unix:///run/user/1000/docker.sock', from: 'socket', current: false },
      { name: 'desktop-linux', url: 'unix:///home/nikos/.docker/desktop/docker.sock', from: 'context', current: false },
    ];
    expect(render(toEvidence({ engine: { info: { securityOptions: ['name=rootless'] }, others } }))).toContain('security options: name=rootless');
  });

  it('shows hostile text as text', () => {
    const name = 'GPU](command:x) <img src=x> | `a` ``` \u001b[31m\u202e';
    const evidence = toEvidence({ machine: { commands: { smi: { stdout: `Driver Version: 535.10\n\`\`\`\n# heading\n</details><script>\n` }, smiGpus: { stdout: `0, ${name}, 535.10, 1 MiB\n` } } } });
    const report = render(evidence);
    expect(report).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202e]/);
    expect(report).not.toMatch(/(?<!\\)<img/);
    expect(report).not.toMatch(/(?<!\\)\]\(command:/);
    // A line of backticks in the answer does not end the block that shows it.
    expect(report).toMatch(/````text\nDriver Version: 535\.10\n```\n# heading\n<\/details><script>\n/);
  });

  it.each(listRecordings())('can be written for $name', ({ recording }) => {
    expect(render(toEvidence(recording))).toMatch(/^### GPU container host\n/);
  });
});
