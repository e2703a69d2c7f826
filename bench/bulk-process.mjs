// One batch in one process: `node bulk-process.mjs DATABASE ROWS THREADS [BACKEND]` prints what it took as JSON, `residentMb` by
// quarters of the time.
import { FOOD_BUSINESS } from '@gov/e-license';
import { batchDigest, licenseTable, recordBatch, runBatch } from '@gov/e-license/batch';
import { fileSpool } from '@gov/e-license/batch/files';
import { licenseThreads } from '@gov/e-license/batch/threads';
import { migrate, openStore } from '@gov/store';
import { AUTHORITY, issuer, SIGNED } from './world.mjs';

const [database = 'pglite:memory://', rowsText = '5000', threadsText = '2', backend] = process.argv.slice(2);
const rows = Number(rowsText);
const threads = Number(threadsText);

const common = {
  authority: AUTHORITY,
  issueDate: '2026-05-20',
  validFrom: '2026-05-20',
  validTo: '2031-05-19',
  holders: [{ codeType: '001', kind: 'legal-person' }],
  fields: {
    businessForm: '餐饮服务经营者（中型餐馆）',
    supervisor: '某市示范区市场监督管理局虚构街道所',
    supervisingOfficers: '李某、王某某',
    complaintPhone: '12315',
    signatory: '赵某某',
  },
};

async function* csv() {
  const encoder = new TextEncoder();
  yield encoder.encode(
    '许可证编号,经营者名称,社会信用代码（身份证号码）,法定代表人（负责人）,住所,经营场所,经营项目\r\n',
  );
  for (let from = 0; from < rows; from += 500) {
    let text = '';
    for (let i = from; i < Math.min(from + 500, rows); i++) {
      text += `JY2990101${String(i).padStart(7, '0')},某市样例餐饮第${i}有限责任公司,91990100MA00000073,张某某,某省某市示范区虚构街道样例大道${i}号测试产业园甲座十二层1203室,某省某市示范区虚构街道样例大道3号测试广场一层101至106号商铺,热食类食品制售；冷食类食品制售；糕点类食品制售（含裱花蛋糕）；自制饮品制售\r\n`;
    }
    yield encoder.encode(text);
  }
}

if (/^postgres/.test(database)) await migrate(database);
const store = await openStore(database);
const began = performance.now();
const digest = await batchDigest(csv(), { type: FOOD_BUSINESS, common });
const { batch, issues } = await recordBatch(store, licenseTable(csv(), { type: FOOD_BUSINESS }), {
  type: FOOD_BUSINESS,
  common,
  digest,
  actor: 'bench',
  at: SIGNED,
  spool: await fileSpool(),
});
if (batch === undefined) throw new Error(`the rows are wrong: ${JSON.stringify(issues[0])}`);
const recorded = performance.now();
const preparer = await licenseThreads({
  certificate: issuer.certificate,
  key: issuer.key,
  threads,
  ...(backend === undefined ? {} : { backend: /** @type {'native' | 'wasm'} */ (backend) }),
});
/** @type {number[]} */
const resident = [];
const watch = setInterval(() => resident.push(Math.round(process.memoryUsage.rss() / 1e6)), 250);
const cpu = process.cpuUsage();
const start = performance.now();
const { issued } = await runBatch(store, batch.id, { preparer, log: 'licences' });
const seconds = (performance.now() - start) / 1000;
const { user, system } = process.cpuUsage(cpu);
await preparer.close();
clearInterval(watch);
const quarter = Math.max(1, resident.length >> 2);
/** The middle of each quarter of the time. */
const quarters = [0, 1, 2, 3].map((n) => {
  const some = resident.slice(n * quarter, (n + 1) * quarter).sort((a, b) => a - b);
  return some[some.length >> 1] ?? 0;
});
console.log(
  JSON.stringify({
    rows: issued,
    recordPerSecond: Math.round((rows * 1000) / (recorded - began)),
    perSecond: Math.round(issued / seconds),
    cpuMicros: Math.round((user + system) / issued),
    residentMb: quarters,
  }),
);
await store.close();
