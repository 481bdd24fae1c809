/**
 * What `ssh` is called with to reach the host of an address such as `ssh://me@gpu-box:2222`: user, port and host, the host
 * last; null where the address is none of ssh.
 */
export function sshDestination({ protocol, hostname, port, username }: URL): readonly string[] | null {
  const user = decodeURIComponent(username);
  if (protocol !== 'ssh:' || hostname === '' || hostname.startsWith('-') || user.startsWith('-')) return null;
  return [...(user === '' ? [] : ['-l', user]), ...(port === '' ? [] : ['-p', port]), '--', hostname];
}
