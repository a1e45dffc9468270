// 回收站: deleted pupils, until the district's days are over; each can be restored, to its class or another one.
import { ArrowLeftOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";
import type { PupilView } from "../../api.gen";
import { ClassFields } from "../../shared/components/class-fields";
import type { Column } from "../../shared/components/data-table";
import { useNotify } from "../../shared/components/feedback";
import { FormModal } from "../../shared/components/form-modal";
import { Page } from "../../shared/components/page";
import { PagedTable } from "../../shared/components/paged-table";
import { SchoolPicker } from "../../shared/components/school-picker";
import { EmptyState, errorLines } from "../../shared/components/states";
import { capped, moment } from "../../shared/formatting";
import { CallError } from "../../platform";
import { useAction, usePages } from "../../shared/query";
import { go } from "../../shared/router";
import { useScope } from "../../shared/scope";
import { useSession } from "../../shared/session";
import { tBin, tCommon, tPupil, tPupils } from "../../shared/texts";

const columns = (restore: ((p: PupilView) => void) | null): Column<PupilView>[] => [
  { key: "name", title: tPupils.col.name, width: 100, render: (p) => p.name },
  { key: "paper", title: tPupils.col.paper, width: 166, render: (p) => p.paperMasked },
  { key: "school", title: tPupils.col.school, min: 140, render: (p) => p.schoolName },
  { key: "class", title: tPupils.col.class, width: 108, render: (p) => tCommon.gradeClass(p.gradeName, p.classNumber) },
  { key: "at", title: tBin.deletedAt, width: 146, render: (p) => (p.deletedAt === undefined ? tCommon.none : moment(p.deletedAt)) },
  { key: "reason", title: tBin.reason, min: 150, render: (p) => p.deletedReason ?? tCommon.none },
  ...(restore
    ? [
        {
          key: "restore",
          title: "",
          width: 76,
          render: (p: PupilView) => (
            <Button type="link" size="small" onClick={() => restore(p)} data-testid={`bin-restore-${p.id}`}>
              {tBin.restore}
            </Button>
          ),
        },
      ]
    : []),
];

export function Bin() {
  const scope = useScope();
  const { can } = useSession();
  const notify = useNotify();
  const restore = useAction("pupil.restore");
  // The class of then is closed: the person chooses another.
  const [elsewhere, setElsewhere] = useState<{ pupil: PupilView; why: string } | null>(null);
  const { query, items, pages } = usePages("pupil.list", {
    deleted: true,
    ...(scope.district ? { district: scope.district } : {}),
    ...(scope.schoolId ? { schoolId: scope.schoolId } : {}),
    limit: 100,
  });
  const total = pages?.[0]?.count;
  const back = async (pupil: PupilView) => {
    try {
      await restore.mutateAsync({ id: pupil.id });
      notify.steps({ done: 1, problems: [] }, tBin.restored);
    } catch (thrown) {
      if (thrown instanceof CallError && thrown.has("class.closed")) setElsewhere({ pupil, why: errorLines(thrown).join("") });
      else notify.failed(thrown);
    }
  };
  return (
    <Page
      title={tBin.title}
      note={tBin.note}
      fill
      actions={
        <Button icon={<ArrowLeftOutlined />} onClick={() => go("/pupils")} data-testid="bin-back">
          {tPupil.back}
        </Button>
      }
      toolbar={<SchoolPicker testId="bin-school" width={240} />}
    >
      <PagedTable
        label={tBin.title}
        testId="bin"
        items={items}
        query={query}
        columns={columns(can("enter_pupils") ? (p) => void back(p) : null)}
        rowKey={(p) => p.id}
        rowTestId={(p) => `bin-row-${p.id}`}
        total={total ? capped(total) : undefined}
        empty={<EmptyState title={tBin.none} hint={tBin.noneHint} />}
      />
      {elsewhere ? (
        <FormModal<{ grade: number; classNumber: number }>
          title={tBin.elsewhere(elsewhere.pupil.name)}
          note={elsewhere.why}
          initial={{}}
          fields={{ grade: tCommon.grade, classNumber: tCommon.classNo }}
          submitText={tBin.restore}
          submitTestId="bin-elsewhere"
          onClose={() => setElsewhere(null)}
          onSubmit={async (place) => {
            await restore.mutateAsync({ id: elsewhere.pupil.id, ...place });
            notify.steps({ done: 1, problems: [] }, tBin.restored);
          }}
        >
          <ClassFields schoolId={elsewhere.pupil.schoolId} grades={[1, 9]} />
        </FormModal>
      ) : null}
    </Page>
  );
}
