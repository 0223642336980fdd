import { runHistory } from './history.ts'
Error.stackTraceLimit=0
const N=Number(process.argv[2]??500)
const c:Record<string,number>={}
;(globalThis as any).Q=(k:string)=>{c[k]=(c[k]??0)+1}
const seen=new Map<string,number>()
for(let i=1;i<=N;i++){for(const k in c) if(!seen.has(k)) seen.set(k,i-1); const o=await runHistory(i); for(const [k,v] of o.counts) c[k]=(c[k]??0)+v}
console.log(c, seen)
