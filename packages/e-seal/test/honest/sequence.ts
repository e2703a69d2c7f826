/** What honest people do to a document, one step after another. */

import { PdfArray, PdfDict, PdfName, PdfRef, PdfStream, PdfString } from '@gov/pdf';
import type { Verdict } from '@gov/verdict';
import { FORM, fieldAppearance } from '../forged/documents.js';
import { type Scene, type Sealer, signingIn, signRevision } from '../forged/world.js';
import { changed, edit, type Objects, partsOf, revise, stream, textOf } from '../forged/write.js';
import type { People } from './people.js';

export interface Stage {
  readonly scene: Scene;
  readonly people: People;
}

/** A document after some steps; every signature of it must be valid, unless the specification says something else. */
export interface HonestSequence {
  readonly name: string;
  readonly make: (stage: Stage) => Promise<Uint8Array>;
  readonly signatures: number;
  /** Where it is not valid by specification. */
  readonly verdict?: Verdict;
  /** What does not pass then. */
  readonly codes?: readonly string[];
  readonly password?: string;
}

export type StepOf = (pdf: Uint8Array, stage: Stage) => Promise<Uint8Array> | Uint8Array;

/** One step after another. */
export const inTurn =
  (start: () => Uint8Array, ...steps: readonly StepOf[]) =>
  async (stage: Stage): Promise<Uint8Array> => {
    let pdf = start();
    for (const step of steps) pdf = await step(pdf, stage);
    return pdf;
  };

/** Sealed by the office; a further seal by default on the second page. */
export const seal =
  (where: Parameters<Scene['seal']>[1] = {}, by?: (scene: Scene) => Sealer): StepOf =>
  (pdf, { scene }) =>
    scene.seal(pdf, where, by?.(scene));

/** Sealed by another office of the same trust. */
export const sealByOther = (where: Parameters<Scene['seal']>[1] = { xMm: 60 }): StepOf =>
  seal(where, ({ insider }) => insider);

export const step =
  (objects: (pdf: Uint8Array) => Objects): StepOf =>
  (pdf) =>
    revise(pdf, objects(pdf));

/** A text field filled through `@gov/pdf`'s own writer: works in every kind of file, encrypted ones too. */
const fillText =
  (field: number, appearance: number, text: string): StepOf =>
  (pdf) =>
    edit(pdf, (update, doc) => {
      const ref = new PdfRef(field);
      const old = doc.get(new PdfRef(appearance)) as PdfStream;
      const content = /stream\n([\s\S]*)\nendstream/.exec(fieldAppearance(text))![1]!;
      update.replace(ref, (doc.get(ref) as PdfDict).with('V', PdfString.text(text)));
      update.replace(new PdfRef(appearance), new PdfStream(old.dict, new TextEncoder().encode(content)));
    });

export const fillAmount = fillText(FORM.amount, FORM.amountAppearance, '200');
export const fillApplicant = fillText(FORM.applicant, FORM.applicantAppearance, 'Zhang San');
export const fillNote = fillText(FORM.note, FORM.noteAppearance, 'seen');

const setName = (dict: PdfDict, keys: Readonly<Record<string, string>>): PdfDict =>
  Object.entries(keys).reduce((one, [key, value]) => one.with(key, new PdfName(value)), dict);

/** Names of /V and /AS, object by object. */
export const setStates =
  (states: Readonly<Record<number, Readonly<Record<string, string>>>>): StepOf =>
  (pdf) =>
    edit(pdf, (update, doc) => {
      for (const [number, keys] of Object.entries(states)) {
        const ref = new PdfRef(Number(number));
        update.replace(ref, setName(doc.get(ref) as PdfDict, keys));
      }
    });

export const tick = setStates({ [FORM.agree]: { V: 'Yes', AS: 'Yes' } });
export const untick = setStates({ [FORM.agree]: { V: 'Off', AS: 'Off' } });
export const chooseLevel = setStates({ [FORM.level]: { V: 'one' }, [FORM.level1]: { AS: 'one' } });
export const chooseCity = fillText(FORM.city, FORM.cityAppearance, 'South');

/** A new appearance object, as many viewers write one, instead of a new value of the old. */
export const fillApplicantAnew: StepOf = (pdf) => {
  const { next } = partsOf(pdf);
  return revise(pdf, {
    [FORM.applicant]: changed(pdf, FORM.applicant, '/V()', '/V(Li Si)').replace('/N 33 0 R', `/N ${next} 0 R`),
    [next]: fieldAppearance('Li Si'),
  });
};

/** An annotation at the end of a page's. */
const annotation =
  (page: number, make: (next: number) => Objects): StepOf =>
  (pdf) => {
    const { next } = partsOf(pdf);
    const text = textOf(pdf, page);
    const annots = text.includes('/Annots')
      ? text.replace(/(\/Annots ?\[[^\]]*)\]/, `$1 ${next} 0 R]`)
      : text.replace(/>>$/, `/Annots[${next} 0 R]>>`);
    return revise(pdf, { [page]: annots, ...make(next) });
  };

export const link = (page: number): StepOf =>
  annotation(page, (next) => ({
    [next]: '<</Type/Annot/Subtype/Link/Rect[400 300 500 320]/Border[0 0 0]/A<</S/URI/URI(https://gov.example/)>>>>',
  }));

export const marginNote = (page: number): StepOf =>
  annotation(page, (next) => ({
    [next]: `<</Type/Annot/Subtype/FreeText/F 4/Rect[400 300 560 340]/Contents(seen)/DA(/Helv 9 Tf 0 g)/AP<</N ${next + 1} 0 R>>>>`,
    [next + 1]: stream('0 0 1 RG 0 0 160 40 re S', '/Type/XObject/Subtype/Form/BBox[0 0 160 40]'),
  }));

/** A document security store with certificates, as validators add one. */
export const validationData: StepOf = (pdf, { scene }) =>
  edit(pdf, (update, doc) => {
    const certs = [scene.office.holder, scene.world.root].map(({ certificate }) =>
      update.add(new PdfStream(PdfDict.of({}), certificate.bytes)),
    );
    const store = PdfDict.of({ Type: new PdfName('DSS'), Certs: new PdfArray(certs) });
    update.replace(doc.catalogRef, doc.catalog.with('DSS', update.add(store)));
  });

/** Signed by another program that shows nothing. */
export const signedElsewhere =
  (by: (scene: Scene) => Sealer, name = 'elsewhere'): StepOf =>
  (pdf, { scene }) => {
    const { next } = partsOf(pdf);
    return signRevision(pdf, signingIn(pdf, next, name), { number: next + 1, by: by(scene) });
  };

/** /Info with another date, in the revision of a seal. */
export const sealWithInfo: StepOf = (pdf, { scene }) => {
  const { next } = partsOf(pdf);
  return signRevision(
    pdf,
    { ...signingIn(pdf, next), 9: '<</Producer(another program)/ModDate(D:20260601000000Z)>>' },
    { number: next + 1, by: scene.insider },
  );
};

export const sealWithMetadata: StepOf = (pdf, { scene }) => {
  const { next } = partsOf(pdf);
  return signRevision(
    pdf,
    {
      ...signingIn(pdf, next),
      1: changed(pdf, 1, /^<</, `<</Metadata ${next + 2} 0 R/Version/2.0`),
      [next + 2]: stream('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>', '/Type/Metadata/Subtype/XML'),
    },
    { number: next + 1, by: scene.insider },
  );
};
