/** Colours carry nothing alone: every state has a word and a mark beside it. Contrast ≥ 4.5 in both schemes. */
export const STYLE = `
:root{color-scheme:light dark;--paper:#fff;--page:#f3f4f6;--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;
--good:#116329;--good-bg:#e6f4ea;--bad:#a40e26;--bad-bg:#fde8ea;--open:#7a4d00;--open-bg:#fff4d6}
@media(prefers-color-scheme:dark){:root{--paper:#1b2027;--page:#0f1318;--ink:#e8ecf1;--soft:#a3adb8;--line:#3a434d;
--good:#7ee2a0;--good-bg:#123322;--bad:#ff9aa5;--bad-bg:#3f1519;--open:#f5cf7a;--open-bg:#3a2c0c}}
*{box-sizing:border-box}
body{margin:0;padding:1.5rem 1rem;background:var(--page);color:var(--ink);
font:1.0625rem/1.6 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans SC","Noto Sans CJK SC",sans-serif}
main{max-width:52rem;margin:0 auto;padding:clamp(1rem,4vw,2.5rem);background:var(--paper);border:1px solid var(--line);border-radius:.75rem}
h1{margin:0 0 1rem;font-size:1.5rem;line-height:1.3}
h2,h3,h4,h5,h6{margin:2rem 0 .5rem;font-size:1.15rem;line-height:1.4}
p,ul,dl{margin:.5rem 0}
ul{padding-left:1.4rem}
bdi,td,dd,dt{overflow-wrap:anywhere}
.yes,.valid{--c:var(--good);--b:var(--good-bg)}
.no,.invalid{--c:var(--bad);--b:var(--bad-bg)}
.unknown,.indeterminate{--c:var(--open);--b:var(--open-bg)}
.verdict{display:flex;gap:1rem;align-items:center;padding:1rem 1.25rem;border:2px solid var(--c);border-radius:.75rem;background:var(--b)}
.verdict .mark{flex:none;width:3.25rem;height:3.25rem;border-radius:50%;background:var(--c);color:var(--paper);
font-size:2rem;font-weight:700;line-height:3.25rem;text-align:center}
.verdict strong{display:block;font-size:2rem;line-height:1.25;color:var(--c)}
.verdict p{margin:.15rem 0 0}
.small .mark{width:2rem;height:2rem;line-height:2rem;font-size:1.25rem}
.small strong{font-size:1.25rem}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.75rem,1fr));gap:.75rem;margin:1rem 0;padding:0;list-style:none}
.cards li{padding:.75rem 1rem;border:1px solid var(--line);border-top:.3rem solid var(--c);border-radius:.5rem}
.cards b{display:block;font-size:1.1rem}
.cards .answer{color:var(--c);font-weight:700}
.cards .remark{padding:0 .4rem;border-radius:.25rem;background:var(--open-bg);color:var(--open);font-size:.8125rem}
.cards small{display:block;color:var(--soft);font-size:.875rem;line-height:1.45}
dl{display:grid;grid-template-columns:minmax(6rem,max-content) 1fr;gap:.35rem 1.25rem}
dt{color:var(--soft)}
dd{margin:0}
.images{display:flex;flex-wrap:wrap;gap:1rem;margin:1rem 0}
.images img{max-width:min(100%,15rem);max-height:15rem;margin-right:1rem;border:1px solid var(--line);background:#fff}
.open{padding:.75rem 1.25rem;border-left:.3rem solid var(--open);background:var(--open-bg);border-radius:.25rem}
.open h2,.open h3,.open h4{margin-top:0}
.signature{margin-top:2rem;padding:0 1.25rem 1.25rem;border:1px solid var(--line);border-radius:.75rem}
details{margin-top:1.5rem}
summary{cursor:pointer;font-weight:600}
summary:focus-visible{outline:3px solid var(--open);outline-offset:2px}
.scroll{overflow-x:auto}
table{width:100%;margin-top:.75rem;border-collapse:collapse;font-size:.9rem;line-height:1.45}
th,td{padding:.4rem .6rem .4rem 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
td:first-child,td:nth-child(2){white-space:nowrap}
.fail{color:var(--bad);font-weight:700}
code{font-size:.85em;overflow-wrap:anywhere}
footer{margin-top:2rem;color:var(--soft);font-size:.875rem}
@media print{body{padding:0;background:#fff}main{max-width:none;padding:0;border:0}
.verdict,.cards li,.signature{break-inside:avoid}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;
