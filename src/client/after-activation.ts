import { Disposable } from 'vscode';

/** Something that is made behind the activation. */
export interface Deferred<T> extends Disposable {
  /** Makes it now, where that has not happened yet. */
  get(): T;
}

/**
 * Makes what no command or task waits for, such as views, in the turn after the activation, or when it is first asked for
 * if that is sooner. It is disposed of with what is given back.
 */
export function afterActivation<T extends Disposable>(make: () => T): Deferred<T> {
  let made: T | undefined;
  const get = (): T => (made ??= make());
  const timer = setTimeout(get, 0);
  return Object.assign(
    new Disposable(() => {
      clearTimeout(timer);
      made?.dispose();
    }),
    { get },
  );
}
