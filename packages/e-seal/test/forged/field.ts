/** Forms: what filling is not. */
import { FORM, fieldAppearance, filling, form, textField } from './documents.js';
import type { ForgedCase, Scene } from './world.js';
import { changed, changing, partsOf, revise, stream, textOf } from './write.js';

const VALUE = { page: 1, rect: [150, 700, 350, 720], what: 'the amount in its field' } as const;
const CHECK = { page: 1, rect: [150, 660, 164, 674], what: 'the check box' } as const;
const appearance = { code: 'field-appearance-changed', outcome: 'fail' } as const;
const altered = { code: 'field-changed', outcome: 'fail' } as const;
const locked = { code: 'field-locked', outcome: 'fail' } as const;

const OVERLAY = 'form value overlay';
const overlays: readonly ForgedCase[] = [
  {
    class: OVERLAY,
    name: 'the appearance says another amount than the value',
    sealed: 'form',
    forge: (sealed) => revise(sealed, { [FORM.amountAppearance]: fieldAppearance('999999') }),
    expect: appearance,
    visible: VALUE,
  },
  {
    class: OVERLAY,
    name: 'a filled field whose appearance shows nothing of its value',
    sealed: 'form',
    forge: (sealed) =>
      revise(sealed, {
        ...filling('applicant', 'Zhang San'),
        [FORM.applicantAppearance]: stream(
          '1 g -200 -200 900 900 re f',
          '/Type/XObject/Subtype/Form/BBox[-200 -200 700 700]',
        ),
      }),
    expect: appearance,
  },
  {
    class: OVERLAY,
    name: 'a filled field whose appearance draws more than text',
    sealed: 'form',
    forge: (sealed) =>
      revise(sealed, {
        ...filling('applicant', 'Zhang San'),
        [FORM.applicantAppearance]: stream(
          '/Tx BMC\n1 0 0 rg 0 0 90 20 re f BT /Helv 12 Tf 0 g 2 5 Td (Zhang San) Tj ET\nEMC',
          '/Type/XObject/Subtype/Form/BBox[0 0 200 20]/Resources<</Font<</Helv 7 0 R>>>>',
        ),
      }),
    expect: appearance,
    visible: { page: 1, rect: [150, 530, 240, 550], what: 'the field' },
  },
  {
    class: OVERLAY,
    name: 'a filled field that was moved over other content',
    sealed: 'form',
    forge: (sealed) =>
      revise(sealed, {
        ...filling('applicant', 'Amount: 999'),
        [FORM.applicant]: textField('applicant', 'Amount: 999', FORM.applicantAppearance, 700).replace('[150', '[72'),
      }),
    expect: altered,
    visible: { page: 1, rect: [72, 700, 150, 720], what: 'the label of the amount' },
  },
  {
    class: OVERLAY,
    name: 'a field with opaque ground',
    sealed: 'form',
    forge: (sealed) =>
      revise(sealed, {
        ...filling('applicant', 'Zhang San'),
        [FORM.applicant]: textField('applicant', 'Zhang San', FORM.applicantAppearance, 530, '/MK<</BG[1 1 1]>>'),
      }),
    expect: altered,
  },
];

const STATES = 'appearance of another state';
const states: readonly ForgedCase[] = [
  {
    class: STATES,
    name: 'the box that is off looks ticked',
    sealed: 'form',
    forge: (sealed) => revise(sealed, { [FORM.agreeOff]: textOf(sealed, FORM.agreeYes) }),
    expect: appearance,
    visible: CHECK,
  },
  {
    class: STATES,
    name: 'the two states change places',
    sealed: 'form',
    forge: (sealed) => changing(sealed, FORM.agree, '/Yes 23 0 R/Off 24 0 R', '/Yes 24 0 R/Off 23 0 R'),
    expect: appearance,
    visible: CHECK,
  },
  {
    class: STATES,
    name: 'shown as ticked, with the value off',
    sealed: 'form',
    forge: (sealed) => changing(sealed, FORM.agree, '/AS/Off', '/AS/Yes'),
    expect: appearance,
    visible: CHECK,
  },
  {
    class: STATES,
    name: 'two radio buttons pressed',
    sealed: 'form',
    forge: (sealed) =>
      revise(sealed, {
        [FORM.level]: changed(sealed, FORM.level, '/V/Off', '/V/one'),
        [FORM.level1]: changed(sealed, FORM.level1, '/AS/Off', '/AS/one'),
        [FORM.level2]: changed(sealed, FORM.level2, '/AS/Off', '/AS/two'),
      }),
    expect: appearance,
    visible: { page: 1, rect: [200, 630, 214, 644], what: 'the second button' },
  },
  {
    class: STATES,
    name: 'a state that there was not',
    sealed: 'form',
    forge: (sealed) => {
      const { next } = partsOf(sealed);
      return revise(sealed, {
        [FORM.agree]: changed(sealed, FORM.agree, '/Yes 23 0 R', `/Yes 23 0 R/No ${next} 0 R`).replace(
          '/V/Off/AS/Off',
          '/V/No/AS/No',
        ),
        [next]: stream('1 0 0 rg 0 0 14 14 re f', '/Type/XObject/Subtype/Form/BBox[0 0 14 14]'),
      });
    },
    expect: appearance,
    visible: CHECK,
  },
];

const NATURE = 'field renamed, retyped or removed';
const nature: readonly ForgedCase[] = [
  ...(
    [
      ['another name', FORM.amount, '/T(amount)', '/T(total)'],
      ['another type', FORM.city, '/FT/Ch', '/FT/Tx'],
      ['other flags', FORM.amount, '/FT/Tx', '/FT/Tx/Ff 2'],
      ['other choices', FORM.city, '/Opt[(North)(South)]', '/Opt[(East)(North)]'],
      ['an action on the field', FORM.amount, '/FT/Tx', '/FT/Tx/AA<</F<</S/JavaScript/JS(x)>>>>'],
      ['a hidden field', FORM.amount, '/F 4', '/F 2'],
    ] as const
  ).map(
    ([name, number, from, to]): ForgedCase => ({
      class: NATURE,
      name,
      sealed: 'form',
      forge: (sealed) => changing(sealed, number, from, to),
      expect: altered,
    }),
  ),
  {
    class: NATURE,
    name: 'a field less in the form',
    sealed: 'form',
    forge: (sealed) => changing(sealed, FORM.form, '20 0 R ', ''),
    expect: { code: 'catalog-changed', outcome: 'fail' },
  },
  {
    class: NATURE,
    name: 'a field more in the form',
    sealed: 'form',
    forge: (sealed) => {
      const { next } = partsOf(sealed);
      return revise(sealed, {
        [FORM.form]: textOf(sealed, FORM.form).replace(/(\/Fields ?\[[^\]]*)\]/, `$1 ${next} 0 R]`),
        [FORM.page]: textOf(sealed, FORM.page).replace(/(\/Annots ?\[[^\]]*)\]/, `$1 ${next} 0 R]`),
        [next]: textField('extra', 'more', next + 1, 300),
        [next + 1]: fieldAppearance('more'),
      });
    },
    expect: altered,
    inseparable: { codes: ['object-revealed'], why: 'a field without a signature value is told twice' },
    visible: { page: 1, rect: [150, 300, 350, 320], what: 'the new field' },
  },
];

const LOCKED = 'locked field changed';
const locks: readonly ForgedCase[] = [
  {
    class: LOCKED,
    name: 'the amount, which the seal locks',
    sealed: 'form, amount locked',
    forge: (sealed) => revise(sealed, filling('amount', '999999')),
    expect: locked,
    visible: VALUE,
  },
  {
    class: LOCKED,
    name: 'the amount, where all but the note is locked',
    sealed: 'form, all but note locked',
    forge: (sealed) => revise(sealed, filling('amount', '999999')),
    expect: locked,
    visible: VALUE,
  },
  {
    class: LOCKED,
    name: 'the amount, where everything is locked',
    sealed: (scene) => scene.seal(form(), { lock: { action: 'All', fields: [] } }),
    forge: (sealed) => revise(sealed, filling('amount', '999999')),
    expect: locked,
    visible: VALUE,
  },
  {
    class: LOCKED,
    name: 'with a further seal behind it',
    sealed: 'form, amount locked',
    forge: async (sealed, scene: Scene) =>
      scene.seal(revise(sealed, filling('amount', '999999')), { page: 2 }, scene.insider),
    expect: locked,
    visible: VALUE,
  },
];

export const fieldForgeries: readonly ForgedCase[] = [...overlays, ...states, ...nature, ...locks];
