// The orders of the range added up by school: exact, however many there are.
import { Drawer } from "antd";
import type { OrdersOfSchool, OrderState } from "../../api.gen";
import type { Column } from "../../shared/components/data-table";
import { PagedTable } from "../../shared/components/paged-table";
import { EmptyState } from "../../shared/components/states";
import { count } from "../../shared/formatting";
import { usePages } from "../../shared/query";
import { tOrders, tOrderState } from "../../shared/texts";

type Place = { confirmedFrom?: string; confirmedTo?: string; district?: string; schoolId?: string };

export function Totals(props: { place: Place; range: string; onClose: () => void }) {
  const { query, items, pages } = usePages("order.totals", { ...props.place, limit: 200 });
  const sums = pages?.[0];
  const states: readonly OrderState[] = sums?.states.map((s) => s.state) ?? [];
  const columns: Column<OrdersOfSchool>[] = [
    { key: "school", title: tOrders.col.school, min: 180, render: (s) => s.schoolName },
    { key: "all", title: tOrders.totalsAll, width: 96, align: "right", render: (s) => count(s.orders) },
    ...states.map((state): Column<OrdersOfSchool> => ({
      key: state,
      title: tOrderState[state],
      width: 116,
      align: "right",
      render: (s) => count(s.states.find((each) => each.state === state)?.orders ?? 0),
    })),
  ];
  return (
    <Drawer open title={tOrders.totalsTitle} size={960} onClose={props.onClose} data-testid="orders-totals-drawer">
      <p className="ek-lines" data-testid="orders-totals-sum">
        {tOrders.totalsSum(props.range, count(sums?.orders ?? 0))}
        {sums?.states.map((s) => ` · ${s.name} ${count(s.orders)}`).join("")}
      </p>
      <div className="ek-drawer-table">
        <PagedTable
          label={tOrders.totalsTitle}
          testId="orders-totals"
          items={items}
          query={query}
          columns={columns}
          rowKey={(s) => s.schoolId}
          rowTestId={(s) => `orders-total-${s.schoolCode}`}
          empty={<EmptyState title={tOrders.totalsEmpty} hint={tOrders.totalsEmptyHint} />}
        />
      </div>
    </Drawer>
  );
}
