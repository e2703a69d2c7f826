/** Switch (切换): one screen, several codes, one at a time. */
import { GovError } from '@gov/verdict';

/** What can be shown (码面): the city code, or another system's code as its own software makes it. */
export interface CodeFace {
  /** Of the system. */
  readonly name: string;
  /** Text of the QR to be drawn now. */
  show(options: { readonly at: Date }): Promise<string>;
}

export interface ShownFace {
  readonly name: string;
  readonly text: string;
}

/** The codes of one screen, of which one is shown. */
export class CodeScreen {
  readonly #faces: ReadonlyMap<string, CodeFace>;
  #current: CodeFace;

  /** @param faces the first is shown first. @throws GovError `invalid-argument` for none, and for two of one name */
  constructor(faces: readonly CodeFace[]) {
    this.#faces = new Map(faces.map((face) => [face.name, face]));
    const [first] = faces;
    if (first === undefined || this.#faces.size !== faces.length)
      throw new GovError('invalid-argument', 'a screen has one face or more, each with a name of its own');
    this.#current = first;
  }

  get names(): readonly string[] {
    return [...this.#faces.keys()];
  }

  get current(): string {
    return this.#current.name;
  }

  /** @throws GovError `invalid-argument` for a name that no face has */
  switchTo(name: string): void {
    const face = this.#faces.get(name);
    if (face === undefined) throw new GovError('invalid-argument', 'no face has this name');
    this.#current = face;
  }

  /** The code to be drawn; undefined where the screen was switched while it was made, so that no late code covers another. */
  async show(options: { readonly at: Date }): Promise<ShownFace | undefined> {
    const face = this.#current;
    const text = await face.show(options);
    return face === this.#current ? { name: face.name, text } : undefined;
  }
}
