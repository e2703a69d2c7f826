/** The three lists: one derived, two kept and seen against the catalogue. */
import type { Capability, CatalogRecord } from '@gov/catalog';
import { DepartmentLists, responsibilityRow } from '@gov/catalog/lists';
import { describe, expect, it } from 'vitest';
import { DEMAND, DEPARTMENT, RESOURCE, resource } from './records.js';

describe('the list of responsibilities', () => {
  it('has one row for each resource, with the terms of its sharing', () => {
    expect(responsibilityRow(RESOURCE)).toEqual({
      department: DEPARTMENT.code,
      departmentName: DEPARTMENT.name,
      resource: RESOURCE.code,
      name: '社保缴纳信息',
      sharing: '有条件共享',
      terms: '用于核验参保',
      method: '共享平台-服务/接口',
      updateCycle: '每月',
      responsible: DEPARTMENT.code,
      items: 2,
    });
    const closed = resource({ sharing: { type: '不予共享', legalBasis: '某法第十条', condition: '无' } });
    expect(responsibilityRow(closed)).toMatchObject({ sharing: '不予共享', terms: '某法第十条' });
    expect(responsibilityRow(resource({ sharing: { type: '无条件共享' } }))).not.toHaveProperty('terms');
  });

  it('has none for anything else', () => {
    expect([DEPARTMENT, DEMAND].map(responsibilityRow)).toEqual([undefined, undefined]);
  });
});

describe('the lists that departments keep', () => {
  const CLOSED = resource({ code: 'C/1', sharing: { type: '不予共享', legalBasis: '某法' } });
  const OPEN = resource({ code: 'O/1', sharing: { type: '无条件共享' } });
  const lists = (...records: CatalogRecord[]): DepartmentLists => {
    const made = new DepartmentLists();
    for (const record of records) made.add(record);
    return made;
  };

  it.each([
    ['listed', [OPEN.code], []],
    ['conditional', [OPEN.code, RESOURCE.code], [RESOURCE.code]],
    ['not-shared', [RESOURCE.code, CLOSED.code, OPEN.code], [CLOSED.code]],
    ['outside', [CLOSED.code, 'nowhere/1'], ['nowhere/1']],
    ['outside', [], []],
  ] as const)('a demand is %s: %s', (answer, resources, about) => {
    const demand = { ...DEMAND, resources };
    // The catalogue may come after the demand.
    expect([...lists(demand, RESOURCE, CLOSED, OPEN).demands()]).toEqual([{ demand, answer, about }]);
  });

  it('take the narrower of two resources of one code, whatever came first', () => {
    const demand = { ...DEMAND, resources: [RESOURCE.code] };
    const twins = [
      RESOURCE,
      resource({ sharing: { type: '无条件共享' } }),
      resource({ sharing: { type: '不予共享', legalBasis: '某法' } }),
    ];
    for (const [answer, ...records] of [
      ['conditional', twins[0]!, twins[1]!],
      ['conditional', twins[1]!, twins[0]!],
      ['not-shared', ...twins],
      ['not-shared', ...twins.toReversed()],
    ] as const)
      expect([...lists(demand, ...records).demands()]).toMatchObject([{ answer, about: [RESOURCE.code] }]);
  });

  it('keep demands in the order in which they were asked', () => {
    const asked = (code: string, askedOn: string) => ({ ...DEMAND, code, askedOn });
    const rows = [...lists(asked('b', '2026-02-01'), asked('a', '2026-03-01'), asked('c', '2026-01-01')).demands()];
    expect(rows.map(({ demand }) => demand.code)).toEqual(['c', 'b', 'a']);
  });

  it('say what a capability rests on that nobody provides', () => {
    const capability: Capability = {
      kind: 'capability',
      code: 'N-1',
      name: '参保核验',
      department: DEPARTMENT.code,
      resources: [RESOURCE.code, 'nowhere/1'],
      service: '核验',
    };
    expect([...lists(capability, RESOURCE).capabilities()]).toEqual([{ capability, missing: ['nowhere/1'] }]);
  });
});
