/** Beside the style of all reports. Colours carry nothing alone: every state has a word or a form, too. */
export const REPORT_STYLE = `
main{max-width:64rem}
.overall{display:flex;gap:1.5rem;align-items:center;padding:1rem 1.25rem;border:2px solid var(--c);border-radius:.75rem;background:var(--b)}
.overall strong{font-size:3rem;line-height:1;color:var(--c);font-variant-numeric:tabular-nums}
.overall div{flex:1}
.bar{display:block;height:.5rem;margin-top:.25rem;border:1px solid var(--c);border-radius:.25rem;background:var(--paper);overflow:hidden}
.bar span{display:block;height:100%;background:var(--c)}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(7rem,1fr));gap:.75rem;margin:1rem 0;padding:0;list-style:none}
.figures li{padding:.5rem .75rem;border:1px solid var(--line);border-radius:.5rem;color:var(--soft)}
.figures b{display:block;font-size:1.4rem;color:var(--ink);font-variant-numeric:tabular-nums}
table{min-width:38rem}
.part table{min-width:0}
tbody th{font-weight:400}
td:first-child,td:nth-child(2){white-space:normal}
th,td{padding-right:1rem}
thead th{color:var(--soft);font-weight:600;white-space:nowrap}
.number,.departments thead th:nth-child(n+4),.rules thead th:nth-child(3),.part thead th:nth-child(n+2){text-align:right}
.number{white-space:nowrap;font-variant-numeric:tabular-nums}
.score{min-width:8rem}
.score b,td.no b,td.unknown b,summary .yes,summary .no,summary .unknown{color:var(--c)}
.rules details{margin-top:.25rem}
.rules summary{font-weight:400;color:var(--soft)}
.rules td:first-child{white-space:nowrap}
.coverage{grid-template-columns:max-content 1fr}
.scroll:focus-visible{outline:3px solid var(--open);outline-offset:2px}
.part{margin-top:.5rem;padding:.5rem .75rem;border:1px solid var(--line);border-radius:.5rem}
a{color:inherit}
.graph{display:block;width:100%;min-width:44rem;height:auto;margin-top:1rem;font-size:14px}
.graph text{fill:var(--ink)}
.graph .head{font-weight:700}
.graph rect{fill:var(--paper);stroke:var(--good);stroke-width:1.5}
.graph .missing rect{fill:var(--open-bg);stroke:var(--open);stroke-width:2;stroke-dasharray:5 3}
.graph .missing text{fill:var(--open)}
.edges path{fill:none;stroke:var(--soft);stroke-width:1.2}
.legend{color:var(--soft);font-size:.875rem}
@page{margin:15mm}
@media print{details::details-content{content-visibility:visible}.part,tr,.graph{break-inside:avoid}.scroll{overflow:visible}table{min-width:0}}
`;
