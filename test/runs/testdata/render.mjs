// Renders HTML mails in Chromium, as a mail program on a phone does. Standard input is a JSON array of
// {html, width, isDark, picture}. width is the width of the screen in CSS pixels. isDark turns the dark mode of the device on.
// picture is optional: the file for a picture. Standard output is a JSON array with the result for each mail: see the object that
// look returns, the text that a double click on each value selects, and what axe-core finds, for example a low contrast.
//
// The browser is that of the npm package, for Linux on x86-64, or the browser that the variable CHROMIUM names.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import axe from "axe-core";
import lambdaChromium from "@sparticuz/chromium";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);

// These fonts replace the fonts of a phone, so that a picture is the same on every machine. Arimo and Cousine are as wide as
// Arial and Courier New.
const fonts = [
  ["Helvetica", "@fontsource/arimo/files/arimo-latin-400-normal.woff2", "400", "U+0-2FF, U+2000-206F"],
  ["Helvetica", "@fontsource/arimo/files/arimo-latin-700-normal.woff2", "700", "U+0-2FF, U+2000-206F"],
  ["Helvetica", "@fontsource/sawarabi-gothic/files/sawarabi-gothic-japanese-400-normal.woff2", "400", "U+3000-9FFF, U+FF00-FFEF"],
  ["Helvetica", "@fontsource/sawarabi-gothic/files/sawarabi-gothic-japanese-400-normal.woff2", "700", "U+3000-9FFF, U+FF00-FFEF"],
  ["Menlo", "@fontsource/cousine/files/cousine-latin-400-normal.woff2", "400", "U+0-2FF"],
].map(([family, file, weight, range]) => {
  const data = readFileSync(require.resolve(file)).toString("base64");
  return `@font-face { font-family: ${family}; font-weight: ${weight}; unicode-range: ${range};
    src: url(data:font/woff2;base64,${data}) format("woff2"); }`;
});

function look() {
  const right = document.documentElement.clientWidth;
  const tooWide = [...document.querySelectorAll("body, body *")]
    .filter((element) => element.getBoundingClientRect().right > right || element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0)
    .map((element) => element.outerHTML.slice(0, 200));
  const widthOf = (element, text) => {
    const probe = element.cloneNode();
    probe.textContent = text;
    document.body.append(probe);
    const { width } = probe.getBoundingClientRect();
    probe.remove();
    return width;
  };
  const copied = [...document.querySelectorAll("code")].map((element) => ({
    text: element.innerText,
    lines: element.getClientRects().length,
    isFixedWidth: widthOf(element, "iiii") === widthOf(element, "WWWW"),
  }));
  return { scrollWidth: document.documentElement.scrollWidth, tooWide, copied };
}

// selectedByDoubleClick returns what a double click on each value selects.
async function selectedByDoubleClick(page) {
  const selected = [];
  for (const value of await page.locator("code").all()) {
    await value.dblclick({ position: { x: 30, y: 10 } });
    selected.push(await page.evaluate(() => getSelection().toString()));
  }
  return selected;
}

// violations returns the rules of accessibility that a page breaks, each with the elements.
async function violations(page) {
  await page.evaluate(axe.source);
  const result = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return result.violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html.slice(0, 100)).join(" ")}`);
}

async function render(browser, { html, width, isDark, picture }) {
  const colorScheme = isDark ? "dark" : "light";
  const page = await browser.newPage({ viewport: { width, height: 200 }, deviceScaleFactor: 2, colorScheme });
  const requests = [];
  await page.route("**", (route) => { requests.push(route.request().url()); return route.abort(); });
  await page.setContent(html);
  await page.addStyleTag({ content: fonts.join("\n") });
  await page.evaluate(() => document.fonts.ready);
  if (picture) await page.screenshot({ path: picture, fullPage: true });
  const seen = { ...await page.evaluate(look), requests, selected: await selectedByDoubleClick(page), violations: await violations(page) };
  await page.close();
  return seen;
}

const executablePath = process.env.CHROMIUM ?? await lambdaChromium.executablePath();
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
try {
  const seen = [];
  for (const mail of JSON.parse(readFileSync(0, "utf8"))) seen.push(await render(browser, mail));
  console.log(JSON.stringify(seen));
} finally {
  await browser.close();
}
