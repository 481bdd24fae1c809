/** A file taken in as text by the bundler and by vitest. */
declare module '*?raw' {
  const text: string;
  export default text;
}
