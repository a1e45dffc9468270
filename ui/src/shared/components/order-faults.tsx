// Orders that stay out of a production file, each with its cause and a way to where it is mended.
import type { OrderFault } from "../../api.gen";
import { href } from "../router";
import { tCommon, tFaults } from "../texts";
import type { Column } from "./data-table";
import { DataTable } from "./data-table";

/** Where a fault is mended. */
function mendAt(fault: OrderFault): string {
  switch (fault.mend) {
    case "pupil":
    case "photo":
      return href(`/pupils/${fault.pupilId}`);
    case "school":
      return href("/organisation");
    case "template":
      return href("/batches/templates");
    case "order":
      return href(`/orders/${fault.orderId}`);
  }
}

const COLUMNS: Column<OrderFault>[] = [
  { key: "school", title: tFaults.col.school, width: 180, render: (f) => f.schoolName },
  { key: "class", title: tFaults.col.class, width: 108, render: (f) => tCommon.gradeClass(f.gradeName, f.classNumber) },
  { key: "name", title: tFaults.col.name, width: 96, render: (f) => <a href={href(`/orders/${f.orderId}`)}>{f.pupilName}</a> },
  { key: "cause", title: tFaults.col.cause, min: 240, render: (f) => f.message },
  {
    key: "mend",
    title: tFaults.col.mend,
    width: 130,
    render: (f) => (
      <a href={mendAt(f)} data-testid={`mend-${f.mend}-${f.orderId}`}>
        {tFaults.mend[f.mend]}
      </a>
    ),
  },
];

export function OrderFaults(props: { faults: readonly OrderFault[]; testId: string }) {
  return (
    <DataTable
      label={tFaults.label}
      testId={props.testId}
      columns={COLUMNS}
      rows={props.faults}
      rowKey={(f) => `${f.orderId} ${f.code} ${f.message}`}
      empty={null}
    />
  );
}
