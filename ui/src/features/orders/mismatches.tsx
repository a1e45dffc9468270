// 核对区县和学校: open orders that disagree with the school's record or with where the pupil is enrolled now.
import { ArrowLeftOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";
import type { MismatchView, PlaceView } from "../../api.gen";
import type { Column } from "../../shared/components/data-table";
import { SelectionBar, useNotify } from "../../shared/components/feedback";
import { FormModal } from "../../shared/components/form-modal";
import { Page } from "../../shared/components/page";
import { PagedTable } from "../../shared/components/paged-table";
import { ReasonField } from "../../shared/components/reason-field";
import { SchoolPicker } from "../../shared/components/school-picker";
import { EmptyState } from "../../shared/components/states";
import { Tag } from "../../shared/components/tags";
import { useAction, usePages } from "../../shared/query";
import { go, href } from "../../shared/router";
import { useScope } from "../../shared/scope";
import { useSelection } from "../../shared/selection";
import { tMismatches, tOrders } from "../../shared/texts";
import { orderTone } from "../../shared/tones";

const place = (p: PlaceView) => tMismatches.place(p.districtName, p.schoolName);

const COLUMNS: Column<MismatchView>[] = [
  { key: "name", title: tOrders.col.name, width: 84, render: (m) => <a href={href(`/orders/${m.id}`)}>{m.pupilName}</a> },
  { key: "class", title: tOrders.col.class, width: 108, render: (m) => tOrders.gradeClass(m.gradeName, m.classNumber) },
  { key: "state", title: tOrders.col.state, width: 106, render: (m) => <Tag tone={orderTone[m.state]}>{m.stateName}</Tag> },
  { key: "place", title: tMismatches.col.place, min: 150, render: (m) => place(m.place) },
  { key: "faults", title: tMismatches.col.faults, min: 330, whole: true, render: (m) => <div className="ek-cell-lines">{m.faults.map((f) => <div key={f.cause}>{f.message}</div>)}</div> },
  {
    key: "right",
    title: tMismatches.col.right,
    min: 150,
    whole: true,
    render: (m) => (m.obstacle === undefined ? place(m.right) : <span className="ek-bad">{m.obstacle}</span>),
  },
];

export function Mismatches() {
  const scope = useScope();
  const notify = useNotify();
  const correct = useAction("order.correct");
  const [asking, setAsking] = useState(false);
  const within = {
    ...(scope.district ? { district: scope.district } : {}),
    ...(scope.schoolId ? { schoolId: scope.schoolId } : {}),
  };
  const { query, items } = usePages("order.mismatches", { ...within, limit: 100 });
  const { picked, all, chooseAll, clear, selection } = useSelection(within, items);
  const close = () => setAsking(false);
  return (
    <Page
      title={tMismatches.title}
      note={tMismatches.note}
      fill
      actions={
        <Button icon={<ArrowLeftOutlined />} onClick={() => go("/orders")} data-testid="mismatches-back">
          {tMismatches.back}
        </Button>
      }
      toolbar={<SchoolPicker testId="mismatches-school" width={240} />}
      footer={
        <SelectionBar testId="mismatches-selection" chosen={picked.length} all={all} loaded={items.length} onClear={clear} texts={{ chosen: all ? () => tMismatches.everything : tOrders.chosen, chooseAll: tOrders.chooseAll, clear: tOrders.clear }}>
          <Button disabled={items.length === 0 || all} onClick={chooseAll} data-testid="mismatches-all">
            {tMismatches.chooseAll}
          </Button>
          <Button type="primary" disabled={!all && picked.length === 0} onClick={() => setAsking(true)} data-testid="mismatches-correct">
            {tMismatches.correct}
          </Button>
        </SelectionBar>
      }
    >
      <PagedTable
        label={tMismatches.title}
        testId="mismatches"
        items={items}
        query={query}
        columns={COLUMNS}
        rowKey={(m) => m.id}
        rowTestId={(m) => `mismatch-row-${m.id}`}
        selection={selection}
        empty={<EmptyState title={tMismatches.none} hint={tMismatches.noneHint} />}
      />
      {asking ? (
        <FormModal<{ reason: string }>
          title={all ? tMismatches.allTitle : tMismatches.someTitle(picked.length)}
          note={tMismatches.correctNote}
          initial={{}}
          fields={{ reason: tOrders.reasonLabel }}
          submitText={tMismatches.correct}
          submitTestId="mismatches-reason-submit"
          onClose={close}
          onSubmit={async ({ reason }) => {
            const which = all ? { all, ...within } : { ids: picked.map((m) => m.id) };
            const result = await correct.mutateAsync({ ...which, reason });
            clear();
            notify.steps(result, tMismatches.corrected);
          }}
        >
          {(form) => <ReasonField form={form} label={tOrders.reasonLabel} reasons={tMismatches.reasons} testId="mismatches-reason" />}
        </FormModal>
      ) : null}
    </Page>
  );
}
