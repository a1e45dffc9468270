// Bars per day; drawn on a canvas, so that no inline styles meet the content security policy.
import { BarChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { init, use as register } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import { count } from "../../shared/formatting";
import { usePrefs } from "../../shared/prefs";
import { tHome } from "../../shared/texts";

register([BarChart, GridComponent, TooltipComponent, CanvasRenderer]);

export function Chart(props: { days: { day: string; count: number }[]; label: string }) {
  const node = useRef<HTMLDivElement>(null);
  const { mode, size } = usePrefs();
  const { days } = props;
  useEffect(() => {
    const box = node.current;
    if (!box) return;
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const chart = init(box);
    chart.setOption({
      animation: !navigator.webdriver,
      textStyle: { fontFamily: getComputedStyle(box).fontFamily, fontSize: size - 2 },
      grid: { left: 8, right: 8, top: 16, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
      // HTML tooltips would bring inline styles.
      tooltip: {
        trigger: "axis",
        renderMode: "richText",
        backgroundColor: colour("--ek-tip-bg"),
        borderWidth: 0,
        textStyle: { color: colour("--ek-tip-text"), fontSize: size - 1 },
        formatter: (items: unknown) => {
          const first = (items as { name: string; dataIndex: number }[])[0];
          const d = first ? days[first.dataIndex] : undefined;
          return d ? `${d.day}\n${tHome.confirmed} ${count(d.count)} ${tHome.chartUnit}` : "";
        },
      },
      xAxis: {
        type: "category",
        data: days.map((d) => d.day.slice(5)),
        axisTick: { show: false },
        axisLine: { lineStyle: { color: colour("--ek-line-strong") } },
        axisLabel: { color: colour("--ek-faint"), hideOverlap: true },
      },
      yAxis: {
        type: "value",
        minInterval: 1,
        axisLabel: { color: colour("--ek-faint"), formatter: (n: number) => count(n) },
        splitLine: { lineStyle: { color: colour("--ek-line") } },
      },
      series: [
        {
          type: "bar",
          data: days.map((d) => d.count),
          barMaxWidth: 28,
          itemStyle: { color: colour("--ek-accent"), borderRadius: [3, 3, 0, 0] },
        },
      ],
    });
    const observer = new ResizeObserver(() => chart.resize());
    observer.observe(box);
    return () => {
      observer.disconnect();
      chart.dispose();
    };
    // The colours come from the style sheet and change with the mode.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [days, mode, size]);
  return <div ref={node} className="ek-chart" role="img" aria-label={props.label} />;
}
