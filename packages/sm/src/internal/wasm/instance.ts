/** Embedded modules made into instances. */

/** Both modules import one function, which AssemblyScript calls when an assertion fails; ours have none. */
const IMPORTS = {
  env: {
    abort: () => {
      throw new Error('abort');
    },
  },
};

/** The exports of a module given as base64. Throws where the runtime forbids or lacks WebAssembly. */
export function instantiate(base64: string): WebAssembly.Exports {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), IMPORTS).exports;
}
