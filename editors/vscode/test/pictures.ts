/** Takes the pictures of README.md in the real VS Code, in light and in dark, from the demo. */

import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { PACKAGE, VSCode } from "./vscode";

const folder = mkdtempSync(join(tmpdir(), "portolan-pictures-"));
const workspace = join(folder, "demo");

for (const [theme, colorTheme] of [["dark", "Default Dark Modern"], ["light", "Default Light Modern"]] as const) {
  cpSync(process.env["DEMO"] ?? "", workspace, { recursive: true });
  const code = await VSCode.start({
    program: process.env["EDITOR_PROGRAM"] ?? "",
    browser: process.env["BROWSER"] ?? "",
    extensions: [join(process.env["PACKAGES"] ?? "", "bundled.vsix")],
    out: join(PACKAGE, "images"),
    workspace,
    settings: {
      "breadcrumbs.enabled": false,
      "editor.stickyScroll.enabled": false,
      "window.commandCenter": false,
      "workbench.activityBar.location": "hidden",
      "workbench.colorTheme": colorTheme,
      "workbench.layoutControl.enabled": false,
    },
    size: { width: 860, height: 520 },
    scale: 1.5,
  });
  try {
    await code.open("nginx.conf");
    await code.page.keyboard.press("Control+b");
    await code.goTo(39, 1);
    await code.squiggles("warning");
    await code.hover(32, 28, /585\/tcp/);
    await code.shot(`hover-${theme}`);

    await code.page.keyboard.press("Escape");
    await code.open("compose.yaml");
    await code.hover(29, 31, /5432\/tcp/);
    await code.shot(`hover-compose-${theme}`);

    await code.page.keyboard.press("Escape");
    await code.goTo(1, 1);
    await code.inlayHints((hints) => hints.includes("imaps"));
    await code.shot(`inlay-hints-${theme}`);

    await code.goTo(9, 18);
    await code.page.keyboard.press("Enter");
    await code.page.keyboard.type('- "postg');
    await code.completions(/5432/);
    // What stands beside the item is asked for.
    await code.page.keyboard.press("Control+Space");
    await code.page.locator(".suggest-details").first().waitFor();
    await code.shot(`completion-${theme}`);
    await code.page.keyboard.press("Escape");
    await code.revert();

    await code.open("Dockerfile");
    await code.quickFixes(11, 25, "Replace 585 with 993");
    await code.shot(`quick-fix-${theme}`);

    await code.page.keyboard.press("Escape");
    await code.problems(/port 994 is reserved/);
    await code.page.keyboard.press("Control+1");
    await code.shot(`problems-${theme}`);
    await code.page.keyboard.press("Control+Shift+M");

    await code.page.setViewportSize({ width: 1180, height: 500 });
    await code.open("compose.yaml");
    await code.command("Portolan: Show the Chart of Ports");
    await code.panel().locator(".portolan-chart .port").first().waitFor();
    // The chart has more room than the file.
    const panel = await code.page.locator("iframe.webview").boundingBox();
    await code.page.mouse.move(panel?.x ?? 0, 250);
    await code.page.mouse.down();
    await code.page.mouse.move(370, 250, { steps: 8 });
    await code.page.mouse.up();
    await code.page.mouse.move(200, 300);
    await code.page.keyboard.press("Escape");
    await code.shot(`chart-${theme}`);
  } finally {
    await code.stop();
  }
}
rmSync(folder, { recursive: true });
rmSync(join(PACKAGE, "images", "code-server.log"));
