// One look for everything: antd's tokens and the same values for our own styles.
import { App as AntApp, ConfigProvider, theme, type ThemeConfig } from "antd";
import zhCN from "antd/locale/zh_CN";
import dayjs from "dayjs";
import "dayjs/locale/zh-cn";
import { useEffect, useMemo, useSyncExternalStore, type ReactNode } from "react";
import { usePrefs } from "../shared/prefs";

dayjs.locale("zh-cn");

const darkQuery = typeof window.matchMedia === "function" ? window.matchMedia("(prefers-color-scheme: dark)") : null;
function useSystemDark(): boolean {
  return useSyncExternalStore(
    (listener) => {
      darkQuery?.addEventListener("change", listener);
      return () => darkQuery?.removeEventListener("change", listener);
    },
    () => darkQuery?.matches ?? false,
  );
}

const FONT =
  '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "Noto Sans SC", "SimSun-ExtB", sans-serif';

// People who asked their system for less motion get none; nor does a driven window, whose pictures and clicks
// would meet dialogs half open. The host marks it from the first line on: `navigator.webdriver` comes later.
const moving = !("__complaints" in window) && !(typeof window.matchMedia === "function" && window.matchMedia("(prefers-reduced-motion: reduce)").matches);

// The host adds a nonce to the one <style> of index.html; styles that antd adds later need the same one.
const nonce = document.querySelector<HTMLStyleElement>("style[nonce]")?.nonce;

export function ThemeRoot(props: { children: ReactNode }) {
  const prefs = usePrefs();
  const systemDark = useSystemDark();
  const dark = prefs.mode === "dark" || (prefs.mode === "auto" && systemDark);

  useEffect(() => {
    const root = document.documentElement;
    root.dataset.mode = dark ? "dark" : "light";
    root.dataset.dense = String(prefs.dense);
    root.style.setProperty("--ek-fs", `${prefs.size}px`);
  }, [dark, prefs.size, prefs.dense]);

  const config = useMemo<ThemeConfig>(
    () => ({
      algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
      token: {
        colorPrimary: dark ? "#1f8a82" : "#0b6e69",
        colorInfo: dark ? "#2a9d94" : "#0b6e69",
        colorLink: dark ? "#5cc4bb" : "#0b6e69",
        colorLinkHover: dark ? "#7fd6ce" : "#084f4b",
        colorSuccess: dark ? "#49aa5c" : "#2b7a3d",
        colorWarning: dark ? "#d9a23b" : "#b06a00",
        colorError: dark ? "#f28b82" : "#c0342b",
        ...(dark ? {} : { colorWarningBg: "#fff7e8", colorWarningBorder: "#ecd19b", colorErrorBg: "#fdf0ee", colorErrorBorder: "#ecb6b0", colorInfoBg: "#e9f4f3", colorInfoBorder: "#a9d4d0", colorSuccessBg: "#eaf5ec", colorSuccessBorder: "#a9d4b2" }),
        colorTextPlaceholder: dark ? "#9aa6a5" : "#5d6a69",
        colorTextDescription: dark ? "#a3afae" : "#566362",
        ...(dark
          ? {
              colorBgBase: "#151a1a",
              colorTextBase: "#e4eaea",
              colorBgContainer: "#1b2222",
              colorBgElevated: "#212929",
              colorBgLayout: "#101414",
              colorBorder: "#3d4a4a",
              colorBorderSecondary: "#2a3434",
            }
          : { colorTextBase: "#17211f", colorBgLayout: "#f4f6f6", colorBorder: "#cdd6d5", colorBorderSecondary: "#e3e9e8" }),
        fontFamily: FONT,
        fontSize: prefs.size,
        borderRadius: 6,
        controlHeight: prefs.size >= 18 ? 40 : prefs.size >= 16 ? 36 : 32,
        wireframe: false,
        motion: moving,
      },
      components: {
        Button: { ...(dark ? { dangerColor: "#1d0f0d" } : {}), primaryShadow: "none", defaultShadow: "none", dangerShadow: "none", fontWeight: 500 },
        Segmented: dark ? {} : { trackBg: "#e5ebea" },
        Tabs: { ...(dark ? { itemSelectedColor: "#5cc4bb", itemActiveColor: "#5cc4bb", itemHoverColor: "#5cc4bb", inkBarColor: "#5cc4bb" } : {}), horizontalMargin: "0", titleFontSize: prefs.size },
        Modal: { titleFontSize: prefs.size + 2 },
        Form: { itemMarginBottom: 24, verticalLabelPadding: "0 0 4px" },
      },
    }),
    [dark, prefs.size],
  );

  return (
    <ConfigProvider
      locale={zhCN}
      theme={config}
      button={{ autoInsertSpace: false }}
      {...(nonce ? { csp: { nonce } } : {})}
      form={{ scrollToFirstError: { focus: true } }}
    >
      <AntApp className="ek-app" message={{ top: 56 }} notification={{ bottom: 68 }}>
        {props.children}
      </AntApp>
    </ConfigProvider>
  );
}
