// Bundles the page: node build.mjs WEB FOLDER OUTPUT
//
// Reads WEB/src, takes packages from FOLDER/node_modules, writes the C++ source OUTPUT that defines
// lf::report::page_assets(), and FOLDER/THIRD_PARTY with the licences of the packages that went into the bundle.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";

const [web, folder, output] = process.argv.slice(2).map((path) => resolve(path));
const modules = join(folder, "node_modules");
const esbuild = createRequire(join(folder, "package.json"))("esbuild");

async function bundle(entry) {
  const result = await esbuild.build({
    entryPoints: [join(web, "src", entry)],
    bundle: true,
    minify: true,
    // d3-flame-graph tells its nodes from plain data by the name of their class.
    keepNames: true,
    format: "iife",
    target: "es2020",
    charset: "ascii",
    legalComments: "none",
    nodePaths: [modules],
    define: { Intl: "plainIntl" },
    inject: [join(web, "src", "plain_intl.ts")],
    metafile: true,
    write: false,
    outdir: folder,
    logLevel: "warning",
  });
  return { text: result.outputFiles[0].text, inputs: Object.keys(result.metafile.inputs) };
}

/** Names of the packages that files of a bundle come from. */
function packagesOf(inputs) {
  const names = inputs.map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  return names.filter((name) => name !== undefined);
}

function licenceOf(name) {
  const at = join(modules, name);
  const { version, license } = JSON.parse(readFileSync(join(at, "package.json"), "utf8"));
  const file = readdirSync(at).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`package ${name} carries no licence text`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(at, file), "utf8").replaceAll("\r", "").trim()}\n`;
}

const hashOf = (text) => `sha256-${createHash("sha256").update(text).digest("base64")}`;

/** A C++ string literal; compilers limit the length of one, so it comes in neighbours that they join. */
function literal(text) {
  const pieces = [];
  for (let at = 0; at < text.length; at += 8000) pieces.push(`R"lfpage(${text.slice(at, at + 8000)})lfpage"`);
  return pieces.join("\n");
}

const script = await bundle("main.ts");
const style = await bundle("page.css");
const packages = [...new Set(packagesOf([...script.inputs, ...style.inputs]))].sort();
const licences = packages.map(licenceOf).join(`\n${"-".repeat(72)}\n\n`);
// Both end up in HTML elements that these would close, and a comment must not end early.
const code = script.text.replaceAll("</script", "<\\/script");
const legal = `/*!\nLicences of the packages in this script:\n\n${licences.replaceAll("*/", "* /").replace(/[^\x20-\x7e\n]/g, "?")}*/\n`;
const assets = { script: code + legal, style: style.text };
if (/<\/script|<!--/i.test(assets.script) || /<\//.test(assets.style)) throw new Error("the bundle would end its element");

mkdirSync(dirname(output), { recursive: true });
writeFileSync(join(folder, "THIRD_PARTY"), `The page of LeakFinder's HTML report holds these packages.\n\n${licences}`);
writeFileSync(output, `// Made by web/build.mjs.
#include "report/page_assets.h"

namespace lf::report {

const PageAssets& page_assets() {
  static constexpr PageAssets kAssets{
      ${literal(assets.script)},
      ${literal(assets.style)},
      "${hashOf(assets.script)}",
      "${hashOf(assets.style)}",
  };
  return kAssets;
}

}  // namespace lf::report
`);
