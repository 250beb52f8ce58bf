"use strict";
// node --require ./load-typescript.cjs <file>.ts runs the sources as they are. Sucrase takes the types away in this very
// process, keeps every line where it is and checks nothing (npm run typecheck does): the tests load all sources in half
// the processor's time that esbuild took for it in a process of its own, with a cache or without.
require("sucrase/dist/register").addHook(".ts", { transforms: ["typescript", "imports"], disableESTransforms: true });
