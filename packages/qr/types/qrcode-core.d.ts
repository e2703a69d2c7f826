// The part of qrcode that computes modules and nothing else: its package entry would add file output on Node and a
// canvas in browsers. No types are published for it.
declare module 'qrcode/lib/core/qrcode.js' {
  interface Segment {
    readonly data: string;
    readonly mode: 'alphanumeric';
  }
  interface Symbol {
    readonly version: number;
    readonly modules: { readonly size: number; readonly data: Uint8Array };
  }
  const core: {
    create(
      text: string | readonly Segment[],
      options: { readonly errorCorrectionLevel: 'L' | 'M' | 'Q' | 'H' },
    ): Symbol;
  };
  export default core;
}
