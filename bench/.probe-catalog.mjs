import { createReadStream, readFileSync } from 'node:fs';
const [{ NATIONAL_PROFILE: profile }, { readCatalog }, { CatalogCheck }] = await Promise.all([import('@gov/catalog'),import('@gov/catalog/import'),import('@gov/catalog/rules')]);
const checking = new CatalogCheck({ profile, at: new Date('2026-06-01T04:00:00Z') });
const m=(w)=>{const u=process.memoryUsage();const f=x=>Math.round(x/1e6);const hwm=/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status','latin1'))[1];console.log(w,'rss',f(u.rss),'heapT',f(u.heapTotal),'used',f(u.heapUsed),'ext',f(u.external),'ab',f(u.arrayBuffers),'hwm',Math.round(hwm/1000))};
m('start');
let n=0,issues=0;
for await (const result of readCatalog(createReadStream(process.argv[2],{highWaterMark:1<<18}), { profile })) {
  if(n++%10000===0) m('rec '+n);
  if (result.entry === undefined) continue;
  for (const _ of checking.add(result.entry)) issues++;
}
m('read');
let k=0; let last='';
for (const i of checking.finish()) { if(i.code!==last||k%200000===0){last=i.code;if(k++<40||k%20000==0)m(i.code+issues);} issues++; }
m('finished'); checking.summary(); m('summary');
