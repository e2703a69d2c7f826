/** What honest people do after a seal; none of it may alarm anybody. */
import {
  addValidationData,
  completeSeal,
  prepareSeal,
  type SignPdfOptions,
  signPdf,
  timestampPdf,
} from '@gov/e-seal/pdf';
import { TrustStore } from '@gov/pki';
import { issueCrl } from '@gov/pki/revocation';
import { TIMES } from '../../../../test/world.js';
import { ENCRYPTED } from '../../../pdf/test/encrypted-files.js';
import { FORM, form, LETTER, letter, letterWith } from '../forged/documents.js';
import { ascii, concat, type Kind, latin, partsOf, revise, textOf } from '../forged/write.js';
import {
  chooseCity,
  chooseLevel,
  fillAmount,
  fillApplicant,
  fillApplicantAnew,
  fillNote,
  type HonestSequence,
  inTurn,
  link,
  marginNote,
  type Stage,
  type StepOf,
  seal,
  sealByOther,
  sealWithInfo,
  sealWithMetadata,
  setStates,
  signedElsewhere,
  step,
  tick,
  untick,
  validationData,
} from './sequence.js';

const KINDS: readonly Kind[] = ['table', 'stream', 'packed'];
const page2 = { page: 2 };
const minutes = (n: number): Date => new Date(TIMES.signed.getTime() + n * 60_000);

const seals: readonly HonestSequence[] = [
  ...KINDS.flatMap((kind): HonestSequence[] => [
    { name: `${kind}: sealed`, signatures: 1, make: inTurn(() => letter(kind), seal()) },
    { name: `${kind}: two seals on a page`, signatures: 2, make: inTurn(() => letter(kind), seal(), sealByOther()) },
    { name: `${kind}: seals on two pages`, signatures: 2, make: inTurn(() => letter(kind), seal(), seal(page2)) },
    {
      name: `${kind}: in a field that waits`,
      signatures: 1,
      make: inTurn(() => form(kind), seal({ place: { field: 'approval' } })),
    },
    {
      name: `${kind}: filled in between two seals`,
      signatures: 2,
      make: inTurn(() => form(kind), seal(page2), fillAmount, fillApplicant, tick, sealByOther(page2)),
    },
  ]),
  { name: 'three seals', signatures: 3, make: inTurn(letter, seal(), sealByOther(), seal(page2)) },
  {
    name: 'ten seals',
    signatures: 10,
    make: inTurn(
      letter,
      ...Array.from({ length: 10 }, (_, i) => seal({ page: 1 + (i % 2), xMm: 40 + 12 * i, yMm: 60 + 15 * i })),
    ),
  },
  {
    name: 'a seal over the date (骑年盖月), and over another seal',
    signatures: 3,
    make: inTurn(letter, seal({ xMm: 60, yMm: 240 }), sealByOther({ xMm: 60, yMm: 240 }), seal({ xMm: 70, yMm: 245 })),
  },
  {
    name: 'sealed in several places at once',
    signatures: 2,
    make: inTurn(
      letter,
      seal({
        place: [
          { page: 1, xMm: 50, yMm: 50 },
          { page: 2, xMm: 90, yMm: 90 },
        ],
      }),
      sealByOther(),
    ),
  },
  {
    name: 'a page-spanning seal (骑缝章), then a seal',
    signatures: 2,
    make: inTurn(letter, seal({ place: { rideSeam: { edge: 'right' } } }), sealByOther()),
  },
  {
    name: 'a seal, then a page-spanning seal',
    signatures: 2,
    make: inTurn(letter, seal(), sealByOther({ place: { rideSeam: { edge: 'right' } } })),
  },
  {
    name: 'a seal, then one in the field that waits',
    signatures: 2,
    make: inTurn(form, seal(page2), sealByOther({ place: { field: 'approval' } })),
  },
  {
    name: 'with reason and place of signing',
    signatures: 2,
    make: inTurn(letter, seal({ reason: 'approved', location: '某市' }), sealByOther({ reason: '同意' })),
  },
  {
    name: 'signed by another program that shows nothing',
    signatures: 2,
    make: inTurn(
      letter,
      seal(),
      signedElsewhere(({ insider }) => insider),
    ),
  },
  {
    name: 'signed by other programs twice, then sealed',
    signatures: 4,
    make: inTurn(
      letter,
      seal(),
      signedElsewhere(({ insider }) => insider, 'a'),
      signedElsewhere(({ office }) => office, 'b'),
      seal(page2),
    ),
  },
  {
    name: 'turned pages',
    signatures: 2,
    make: inTurn(
      () => letterWith(LETTER.page1, '/Parent 2 0 R', '/Parent 2 0 R/Rotate 90'),
      seal(),
      sealByOther({ xMm: 90 }),
    ),
  },
  {
    name: 'annotations in an array of their own',
    signatures: 2,
    make: inTurn(
      () => letterWith(LETTER.page1, '/Parent 2 0 R', '/Parent 2 0 R/Annots 20 0 R', { 20: '[]' }),
      seal(),
      sealByOther(),
    ),
  },
  {
    name: 'a form inside the catalog, fields in an array of their own',
    signatures: 2,
    make: inTurn(
      () => letter('table', { 1: '<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields 20 0 R>>>>', 20: '[]' }),
      seal(),
      sealByOther(),
    ),
  },
  {
    name: 'a letter that was itself saved twice before',
    signatures: 2,
    make: inTurn(() => revise(letter(), { [LETTER.content1]: textOf(letter(), LETTER.content1) }), seal(), seal(page2)),
  },
  {
    name: 'bytes before the header',
    signatures: 2,
    make: inTurn(() => concat(ascii('junk\n'), letter()), seal(), seal(page2)),
  },
  {
    name: 'white space behind the end before sealing',
    signatures: 2,
    make: inTurn(() => concat(letter(), ascii('\r\n  ')), seal(), seal(page2)),
  },
];

const forms: readonly HonestSequence[] = [
  { name: 'text filled in', signatures: 1, make: inTurn(form, seal(page2), fillAmount) },
  { name: 'an empty text filled in', signatures: 1, make: inTurn(form, seal(page2), fillApplicant) },
  { name: 'filled in with a new appearance', signatures: 1, make: inTurn(form, seal(page2), fillApplicantAnew) },
  { name: 'filled in twice', signatures: 1, make: inTurn(form, seal(page2), fillApplicant, fillAmount, fillNote) },
  { name: 'a box ticked', signatures: 1, make: inTurn(form, seal(page2), tick) },
  { name: 'a box ticked and unticked', signatures: 1, make: inTurn(form, seal(page2), tick, untick) },
  { name: 'a radio button pressed', signatures: 1, make: inTurn(form, seal(page2), chooseLevel) },
  {
    name: 'the other radio button pressed then',
    signatures: 2,
    make: inTurn(
      form,
      seal(page2),
      chooseLevel,
      setStates({ [FORM.level]: { V: 'two' }, [FORM.level1]: { AS: 'Off' }, [FORM.level2]: { AS: 'two' } }),
      sealByOther(page2),
    ),
  },
  { name: 'a city chosen', signatures: 2, make: inTurn(form, seal(page2), chooseCity, sealByOther(page2)) },
  {
    name: 'all of it, then the approval sealed',
    signatures: 2,
    make: inTurn(
      form,
      seal(page2),
      fillAmount,
      tick,
      chooseLevel,
      chooseCity,
      sealByOther({ place: { field: 'approval' } }),
    ),
  },
  { name: 'certified 2, filled in', signatures: 1, make: inTurn(form, seal({ ...page2, certify: 2 }), fillAmount) },
  {
    name: 'certified 2, filled in and sealed',
    signatures: 2,
    make: inTurn(form, seal({ ...page2, certify: 2 }), fillAmount, tick, sealByOther(page2)),
  },
  {
    name: 'certified 2, sealed twice',
    signatures: 3,
    make: inTurn(form, seal({ ...page2, certify: 2 }), sealByOther(page2), seal({ place: { field: 'approval' } })),
  },
  { name: 'certified 1 and left alone', signatures: 1, make: inTurn(form, seal({ ...page2, certify: 1 })) },
  {
    name: 'certified 3, a note in the margin and a seal',
    signatures: 2,
    make: inTurn(form, seal({ ...page2, certify: 3 }), marginNote(5), sealByOther()),
  },
  { name: 'certified 3, filled in', signatures: 1, make: inTurn(form, seal({ ...page2, certify: 3 }), fillAmount) },
  {
    name: 'one field locked, others filled in',
    signatures: 2,
    make: inTurn(
      form,
      seal({ ...page2, lock: { action: 'Include', fields: ['amount'] } }),
      fillApplicant,
      tick,
      sealByOther(page2),
    ),
  },
  {
    name: 'all but one field locked, that one filled in',
    signatures: 1,
    make: inTurn(form, seal({ ...page2, lock: { action: 'Exclude', fields: ['note'] } }), fillNote),
  },
  {
    name: 'all fields locked, validation data added',
    signatures: 1,
    make: inTurn(form, seal({ ...page2, lock: { action: 'All', fields: [] } }), validationData),
  },
];

const rest: readonly HonestSequence[] = [
  { name: 'validation data added', signatures: 1, make: inTurn(letter, seal(), validationData) },
  {
    name: 'validation data added, then a seal',
    signatures: 2,
    make: inTurn(letter, seal(), validationData, sealByOther()),
  },
  {
    name: 'certified 1, validation data added',
    signatures: 1,
    make: inTurn(letter, seal({ certify: 1 }), validationData),
  },
  { name: 'a link that draws nothing', signatures: 1, make: inTurn(letter, seal(), link(LETTER.page2)) },
  {
    name: 'the document information with a further signature',
    signatures: 2,
    make: inTurn(letter, seal(), sealWithInfo),
  },
  {
    name: 'metadata and version with a further signature',
    signatures: 2,
    make: inTurn(letter, seal(), sealWithMetadata),
  },
  {
    name: 'a revision that says nothing',
    signatures: 1,
    make: inTurn(
      letter,
      seal(),
      step(() => ({})),
    ),
  },
  {
    name: 'a revision that says the same again',
    signatures: 1,
    make: inTurn(
      letter,
      seal(),
      step((pdf) => ({ [LETTER.content1]: textOf(pdf, LETTER.content1) })),
    ),
  },
  {
    name: 'white space behind the end',
    signatures: 1,
    make: inTurn(letter, seal(), (pdf) => concat(pdf, ascii('\r\n'))),
  },
  {
    name: 'the digits of the value in capitals',
    signatures: 1,
    make: inTurn(letter, seal(), (pdf) => {
      const [start, end] = partsOf(pdf).gap;
      const text = latin(pdf);
      return ascii(text.slice(0, start) + text.slice(start, end).toUpperCase() + text.slice(end));
    }),
  },
  {
    name: 'a note in the margin, not certified: nobody can tell',
    signatures: 1,
    make: inTurn(letter, seal(), marginNote(LETTER.page2)),
    verdict: 'indeterminate',
    codes: ['annotation-added'],
  },
];

const rsa =
  (options: Partial<SignPdfOptions> = {}): StepOf =>
  (pdf, { people }) =>
    signPdf(pdf, { ...people.rsa, chain: [people.root], time: TIMES.signed, ...options });
const ecdsa =
  (options: Partial<SignPdfOptions> = {}): StepOf =>
  (pdf, { people }) =>
    signPdf(pdf, { ...people.ecdsa, chain: [people.root], time: TIMES.signed, ...options });
const stamped = ({ people }: Stage, at = minutes(1)) => ({ timestamp: people.stampAt(at) });
const validation = async ({ people }: Stage) => ({
  trust: new TrustStore({ anchors: [people.root] }),
  revocation: {
    crls: [
      await issueCrl({
        issuer: people.root,
        signer: people.ca.signer,
        entries: [],
        thisUpdate: TIMES.signed,
        nextUpdate: TIMES.certificatesTo,
        crlNumber: 1n,
      }),
    ],
    ocspResponses: [],
  },
  at: minutes(2),
});

const pades: readonly HonestSequence[] = [
  { name: 'RSA signature', signatures: 1, make: inTurn(letter, rsa()) },
  { name: 'RSA signature, then a seal', signatures: 2, make: inTurn(letter, rsa(), seal()) },
  { name: 'a seal, then an RSA signature', signatures: 2, make: inTurn(letter, seal(), rsa()) },
  { name: 'a seal, then an ECDSA signature', signatures: 2, make: inTurn(letter, seal(), ecdsa()) },
  {
    name: 'RSA signature with a timestamp, then a seal',
    signatures: 2,
    make: inTurn(letter, (pdf, stage) => rsa({ level: 'B-T', ...stamped(stage) })(pdf, stage), seal()),
  },
  {
    name: 'a seal, then a timestamp on the document',
    signatures: 2,
    make: inTurn(letter, seal(), (pdf, stage) => timestampPdf(pdf, stamped(stage))),
  },
  {
    name: 'certified 1, then a timestamp on the document',
    signatures: 2,
    make: inTurn(letter, seal({ certify: 1 }), (pdf, stage) => timestampPdf(pdf, stamped(stage))),
  },
  {
    name: 'a seal, validation data, a timestamp on the document',
    signatures: 2,
    make: inTurn(letter, seal(), validationData, (pdf, stage) => timestampPdf(pdf, stamped(stage))),
  },
  {
    name: 'sealed twice in one act: SM2 and RSA',
    signatures: 2,
    make: inTurn(letter, (pdf, stage) =>
      seal({ dual: { ...stage.people.rsa, chain: [stage.people.root] } })(pdf, stage),
    ),
  },
  {
    name: 'sealed in one act by SM2 and RSA, then by another',
    signatures: 3,
    make: inTurn(
      letter,
      (pdf, stage) => seal({ dual: { ...stage.people.rsa, chain: [stage.people.root] } })(pdf, stage),
      sealByOther(),
    ),
  },
  {
    name: 'SM2 in CMS, then a seal',
    signatures: 2,
    make: inTurn(letter, (pdf, { scene }) => signPdf(pdf, { ...scene.office.holder, time: TIMES.signed }), seal()),
  },
  {
    name: 'RSA signature to B-LTA',
    signatures: 2,
    make: inTurn(letter, async (pdf, stage) =>
      rsa({ level: 'B-LTA', ...stamped(stage), validation: await validation(stage) })(pdf, stage),
    ),
  },
  {
    name: 'RSA signature to B-LTA, its chain made longer',
    signatures: 3,
    make: inTurn(
      letter,
      async (pdf, stage) => rsa({ level: 'B-LTA', ...stamped(stage), validation: await validation(stage) })(pdf, stage),
      async (pdf, stage) => addValidationData(pdf, await validation(stage)),
      (pdf, stage) => timestampPdf(pdf, stamped(stage, minutes(60))),
    ),
  },
  {
    name: 'sealed in two steps, with the key elsewhere',
    signatures: 2,
    make: inTurn(letter, seal(), async (pdf, { scene }) => {
      const { seal, holder } = scene.insider;
      const pending = await prepareSeal(pdf, {
        seal,
        certificate: holder.certificate,
        place: { page: 2, xMm: 60, yMm: 60 },
        time: TIMES.signed,
      });
      const { toSign } = pending;
      return completeSeal(pending, await holder.signer.sign(toSign));
    }),
  },
];

/** Encrypted files stay encrypted, and are sealed and judged all the same. */
const encrypted: readonly HonestSequence[] = Object.entries(ENCRYPTED)
  .filter(([name]) => !name.includes('forbidden'))
  .map(([name, { owner, user, file }]) => {
    const where = { xMm: 30, yMm: 30, password: owner };
    return {
      name: `encrypted, ${name}: two seals`,
      signatures: 2,
      password: user,
      make: inTurn(() => file, seal(where), sealByOther({ ...where, xMm: 60 })),
    };
  });

export const HONEST: readonly HonestSequence[] = [...seals, ...forms, ...rest, ...pades, ...encrypted];
