/** The whole look of the phone, for a screen of 320 px and up, by day and by night. */
export const style = `
:root{color-scheme:light dark;--ground:light-dark(#ededed,#111);--card:light-dark(#fff,#1e1e1e);--ink:light-dark(#1a1a1a,#e3e3e3);--soft:light-dark(#6b6b6b,#9b9b9b);--line:light-dark(#e2e2e2,#333);--green:light-dark(#07a050,#07c160);--warn:light-dark(#fff3d6,#4a3a10)}
*{box-sizing:border-box}
body{margin:0 auto;max-width:26rem;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"PingFang SC","Microsoft YaHei",sans-serif}
small{color:var(--soft);font-size:.75rem;font-weight:400}
nav{display:flex;position:sticky;top:0;background:var(--card);border-bottom:1px solid var(--line);z-index:1}
nav a{flex:1;min-width:0;padding:.5rem .25rem;text-align:center;color:inherit;text-decoration:none;border-bottom:3px solid transparent}
nav a[aria-current]{border-color:var(--green)}
nav small,nav b{display:block;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
nav b{font-weight:600;font-variant-numeric:tabular-nums}
section,.banner,.notice,footer{margin:.6rem;padding:.9rem;border-radius:.6rem;background:var(--card)}
h2{margin:0 0 .4rem;font-size:1rem;overflow-wrap:anywhere}
p{margin:.3rem 0;overflow-wrap:anywhere}
.sheet{text-align:center;border-top:4px solid var(--green)}
.amount{font-size:2.6rem;font-weight:600;margin:.2rem 0;font-variant-numeric:tabular-nums}
.typing{color:var(--green)}
.banner{background:var(--warn)}
.notice{text-align:center;font-weight:600}
.qr{max-width:11rem;margin:0 auto;background:#fff;border-radius:.4rem;overflow:hidden}
.qr svg{display:block;width:100%;height:auto}
.code{text-align:center;font-size:1.05rem}
.life{height:3px;background:var(--line)}
.life i{display:block;height:100%;background:var(--green);transform-origin:left;animation:life linear forwards}
@keyframes life{to{transform:scaleX(0)}}
button,select,input{font:inherit;color:inherit;min-height:2.75rem;border:1px solid var(--line);border-radius:.5rem;background:var(--ground);padding:.3rem .6rem}
button{cursor:pointer}
button.primary{width:100%;background:#07c160;border-color:#07c160;color:#00240f;font-weight:600}
button.primary small{color:inherit}
.row{display:flex;gap:.4rem;margin-top:.5rem}
.row>*{min-width:0}
.row select,.row input:not([type=hidden]){flex:1;width:100%}
.row button{flex:0 1 auto}
.sheet .row button{flex:1;padding:.3rem .1rem}
ul{list-style:none;margin:.4rem 0 0;padding:0}
li{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.2rem .6rem;padding:.5rem 0;border-top:1px solid var(--line);overflow-wrap:anywhere}
li span{flex:1;min-width:0}
li .end{flex:none;max-width:50%;text-align:right}
li a{color:inherit;flex:1;min-width:0;min-height:2rem}
.refund{flex-basis:100%;padding-left:.8rem;border-left:3px solid var(--green)}
summary{cursor:pointer}
:focus-visible{outline:3px solid var(--green);outline-offset:2px}
`
