/** The whole look of the phone, for a screen of 320 px and up, by day and by night. */
export const style = `
:root{color-scheme:light dark;--ground:light-dark(#ededed,#111);--card:light-dark(#fff,#1e1e1e);--ink:light-dark(#1a1a1a,#e3e3e3);--soft:light-dark(#5f5f5f,#a3a3a3);--line:light-dark(#dcdcdc,#353535);--green:light-dark(#067a3c,#07c160);--warn:light-dark(#fff3d6,#4a3a10);--blue:light-dark(#41598a,#8ea6d6)}
*{box-sizing:border-box}
html{background:var(--ground)}
body{margin:0 auto;max-width:26rem;min-height:100dvh;display:flex;flex-direction:column;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"PingFang SC","Microsoft YaHei",sans-serif}
small{color:var(--soft);font-size:.75rem;font-weight:400}
a{color:inherit}
p{margin:.3rem 0;overflow-wrap:anywhere}
h1,h2{margin:0;font-size:1rem;overflow-wrap:anywhere}
main{flex:1}
nav{display:flex;background:var(--card)}
nav a{text-decoration:none;min-width:0;border:0 solid transparent}
.people{overflow-x:auto;border-bottom:1px solid var(--line);position:relative;z-index:3}
.people a{display:flex;flex:1 0 6.2rem;gap:.3rem;align-items:center;min-height:3.4rem;padding:.35rem .3rem;border-bottom-width:3px}
.people a[aria-current]{border-color:var(--green)}
.people span+span{line-height:1.2;white-space:nowrap;font-size:.85rem}
.people small,.people b{display:block}
.people small{font-size:.65rem}
.people b{font-size:.75rem;font-weight:600;font-variant-numeric:tabular-nums}
.people .avatar{width:1.5rem;height:1.5rem;font-size:.75rem}
header{display:grid;grid-template-columns:3rem 1fr 3rem;align-items:center;min-height:3rem;position:sticky;top:0;background:var(--ground);z-index:1}
header h1{text-align:center}
header a{display:grid;place-items:center;min-height:3rem;font-size:1.6rem;text-decoration:none}
.tabs{position:sticky;bottom:0;border-top:1px solid var(--line);z-index:1}
.tabs a{flex:1;padding:.3rem 0 .4rem;text-align:center;font-size:.8rem;line-height:1.3;border-top-width:3px}
.tabs a[aria-current]{color:var(--green);border-color:var(--green);font-weight:600}
.tabs svg{display:block;width:1.5rem;height:1.5rem;margin:0 auto;fill:none;stroke:currentColor;stroke-width:1.6;stroke-linejoin:round}
.tabs small{display:block;font-size:.65rem}
section,.banner,.notice{margin:.6rem;padding:.9rem;border-radius:.6rem;background:var(--card)}
section h2{margin-bottom:.4rem}
.avatar{flex:none;display:grid;place-items:center;width:2.75rem;height:2.75rem;border-radius:.4rem;color:#fff;font-weight:600}
.c0{background:#2b6e52}.c1{background:#3a5a94}.c2{background:#8a4f2a}.c3{background:#7a3f6d}.c4{background:#4f6b1f}.c5{background:#9b3d3d}
.card{display:flex;gap:.8rem;align-items:center}
.card>div{min-width:0}
.chats{background:var(--card);border-radius:0}
.chats li{padding:0}
.chats a{display:flex;align-items:center;gap:.7rem;padding:.6rem .8rem;text-decoration:none}
.chats a>span:nth-child(2){flex:1;min-width:0}
.chats a>span small{display:block}
.unread{display:inline-block;min-width:1.3em;padding:0 .35em;border-radius:1em;background:#c8281e;color:#fff;font-size:.75rem;text-align:center}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.when{text-align:center;margin:.6rem 1rem}
.said{display:flex;gap:.5rem;align-items:flex-start;margin:.7rem .7rem}
.said .avatar{width:2.3rem;height:2.3rem}
.mine{flex-direction:row-reverse}
.bubble{max-width:72%;min-width:0;padding:.35rem .7rem;border-radius:.4rem;background:var(--card)}
.mine .bubble{background:light-dark(#95ec69,#2c7d4f);color:light-dark(#10240a,#fff)}
.mine small{color:inherit}
.bubble p{white-space:pre-wrap}
.bubble a{color:var(--blue)}
.mine a{color:inherit}
.bubble img,.bubble video{display:block;max-width:100%;min-width:3rem;min-height:2rem;max-height:15rem;border-radius:.3rem;background:var(--line)}
.bubble button{display:block;width:100%;margin:.2rem 0;color:var(--blue)}
.name{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.composer{position:sticky;bottom:4.1rem;padding:.5rem .6rem;background:var(--card);border-top:1px solid var(--line);z-index:1}
.composer .row{margin:0}
.composer .row input{flex:1}
.bar{display:flex;gap:.4rem;margin-top:.4rem;position:relative}
.bar>*{flex:1 1 0;min-width:0}
.bar>details:last-child{flex:0 0 2.75rem;margin-left:auto}
.bar summary,.bar>form button{display:grid;place-items:center;width:100%;min-height:2.75rem;border:1px solid var(--line);border-radius:.5rem;background:var(--ground);list-style:none;text-align:center;overflow-wrap:anywhere;font-size:.9rem}
.panel{position:absolute;bottom:calc(100% + .4rem);left:0;right:0;max-height:60dvh;overflow:auto;display:grid;grid-template-columns:minmax(0,1fr);gap:.6rem;padding:.8rem;border:1px solid var(--line);border-radius:.6rem;background:var(--card);box-shadow:0 2px 16px #0006}
.panel button,.wide{width:100%}
.panel input:not([type=hidden]){width:100%;margin-bottom:.3rem}
.panel .row button{flex:1;width:auto}
.card-notice{margin:.6rem .7rem;padding:.8rem .9rem;border-radius:.5rem;background:var(--card)}
h3{margin:0 0 .5rem;font-size:1rem}
dl{margin:0;display:grid;gap:.25rem}
dl div{display:grid;grid-template-columns:5.5rem 1fr;gap:.5rem}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
.card-notice a,.to{display:flex;justify-content:space-between;margin-top:.6rem;padding-top:.5rem;border-top:1px solid var(--line);text-decoration:none}
.plain{border:0;background:none;padding:.3rem 0;text-align:left;overflow-wrap:anywhere}
.sheet.ask{text-align:left}
.ask h2{display:flex;gap:.6rem;align-items:center}
.ask li{display:block}
.ask li label,.keep{display:flex;gap:.5rem;align-items:center;min-height:2.75rem}
input[type=checkbox]{width:1.25rem;height:1.25rem;min-height:0;accent-color:#07a050}
.example{white-space:pre-wrap;color:var(--soft);font-size:.85rem}
.oauth{display:grid;align-content:center;padding:1rem 0}
.oauth section{padding:1.4rem}
.oauth h1{font-size:1.15rem}
.oauth .qr{max-width:14rem;margin:1rem auto}
.oauth .row{align-items:stretch}
.oauth .row button{flex:1;width:auto}
.oauth [role=status]{text-align:center}
.self{margin:1rem 0;padding:.6rem;border:1px solid var(--line);border-radius:.5rem}
.self .avatar{width:2.2rem;height:2.2rem}
.oauth ul{list-style:disc;padding-left:1.4rem}
.oauth li{display:list-item;border:0;padding:.2rem 0}
.over{position:fixed;inset:0;z-index:2;display:flex;align-items:end;justify-content:center;background:#0008}
.sheet{width:100%;max-width:26rem;max-height:85dvh;overflow:auto;margin:0;padding-bottom:1.5rem;border-radius:1rem 1rem 0 0;text-align:center;border-top:4px solid var(--green)}
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
@media(max-width:22.4rem){.people .avatar{display:none}}
@media(prefers-reduced-motion:reduce){.life i{animation:none}}
button,select,input,textarea{font:inherit;color:inherit;min-height:2.75rem;border:1px solid var(--line);border-radius:.5rem;background:var(--ground);padding:.3rem .6rem}
button{cursor:pointer}
button.primary{background:#07c160;border-color:#07c160;color:#00240f;font-weight:600}
button.primary small{color:inherit}
.sheet .primary{width:100%}
.row{display:flex;gap:.4rem;margin-top:.5rem;align-items:end}
.row>*{min-width:0}
.row label{flex:1}
.row select,.row input:not([type=hidden]){width:100%}
.row button{flex:none}
.sheet .row{align-items:stretch}
.sheet .row button{flex:1;padding:.3rem .1rem}
.sheet .row small{display:block}
ul{list-style:none;margin:.4rem 0 0;padding:0}
li{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:center;gap:.2rem .6rem;padding:.5rem 0;border-top:1px solid var(--line);overflow-wrap:anywhere}
li:first-child{border:0}
li span{flex:1;min-width:0}
li .end{flex:none;max-width:50%;text-align:right}
li a{flex:1;min-width:0;min-height:2rem;text-decoration:none}
.refund{flex-basis:100%;padding-left:.8rem;border-left:3px solid var(--green)}
summary{cursor:pointer}
:focus-visible{outline:3px solid var(--green);outline-offset:2px}
`
