// Bars with a name each; drawn on a canvas, so that no inline styles meet the content security policy.
import { BarChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { init, use as register } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import { count } from "../formatting";
import { usePrefs } from "../prefs";

register([BarChart, GridComponent, TooltipComponent, CanvasRenderer]);

type Bar = { name: string; tip?: string; count: number };

export function Bars(props: { bars: Bar[]; label: string; unit: string }) {
  const node = useRef<HTMLDivElement>(null);
  const { mode, size } = usePrefs();
  const { unit } = props;
  // The list is made anew at each render; the chart is drawn anew only when it says something else.
  const stamp = JSON.stringify(props.bars);
  useEffect(() => {
    const box = node.current;
    if (!box) return;
    const bars = JSON.parse(stamp) as Bar[];
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
          const bar = first ? bars[first.dataIndex] : undefined;
          return bar ? `${bar.tip ?? bar.name}\n${count(bar.count)} ${unit}` : "";
        },
      },
      xAxis: {
        type: "category",
        data: bars.map((bar) => bar.name),
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
          data: bars.map((bar) => bar.count),
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
  }, [stamp, unit, mode, size]);
  return <div ref={node} className="ek-chart" role="img" aria-label={props.label} />;
}
