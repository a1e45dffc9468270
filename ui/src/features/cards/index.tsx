// 卡片查询: one box for the three numbers of a card, whatever their letters' case.
import { SearchOutlined } from "@ant-design/icons";
import { Button, Input } from "antd";
import { useState } from "react";
import type { CardView } from "../../api.gen";
import { DataTable, type Column } from "../../shared/components/data-table";
import { Page, Panel } from "../../shared/components/page";
import { EmptyState, QueryView } from "../../shared/components/states";
import { Tag } from "../../shared/components/tags";
import { moment } from "../../shared/formatting";
import { useOp } from "../../shared/query";
import { go, href } from "../../shared/router";
import { tCards, tCommon } from "../../shared/texts";
import { cardTone } from "../../shared/tones";

export const CARD_COLUMNS: Column<CardView>[] = [
  {
    key: "cardNo",
    title: tCards.col.cardNo,
    width: 145,
    render: (c) => (
      <a href={href(`/cards/${c.id}`)} data-testid={`card-open-${c.cardNo}`}>
        {c.cardNo}
      </a>
    ),
  },
  { key: "serialNo", title: tCards.col.serialNo, width: 140, render: (c) => c.serialNo ?? tCommon.none },
  { key: "citizenNo", title: tCards.col.citizenNo, width: 145, render: (c) => c.citizenNo ?? tCommon.none },
  { key: "state", title: tCards.col.state, width: 96, render: (c) => <Tag tone={cardTone[c.state]}>{c.stateName}</Tag> },
  { key: "holder", title: tCards.col.holder, width: 84, render: (c) => c.pupilName },
  { key: "school", title: tCards.col.school, min: 130, render: (c) => c.schoolName },
  { key: "class", title: tCards.col.class, width: 108, render: (c) => tCommon.gradeClass(c.gradeName, c.classNumber) },
  { key: "madeAt", title: tCards.col.madeAt, width: 146, render: (c) => moment(c.madeAt) },
];

export function CardSearch() {
  const [text, setText] = useState("");
  const [asked, setAsked] = useState<string | null>(null);
  const find = () => setAsked(text.trim() || null);
  const query = useOp("card.find", asked ? { number: asked } : null);
  return (
    <Page
      title={tCards.title}
      note={tCards.note}
      toolbar={
        <>
          <Input
            data-search=""
            autoFocus
            allowClear
            prefix={<SearchOutlined />}
            placeholder={tCards.box}
            aria-label={tCards.box}
            style={{ width: "26em" }}
            value={text}
            onChange={(e) => setText(e.target.value)}
            onPressEnter={find}
            data-testid="card-number"
          />
          <Button type="primary" onClick={find} data-testid="card-find">
            {tCards.find}
          </Button>
        </>
      }
    >
      {asked ? (
        <QueryView query={query}>
          {(data) =>
            data.items.length > 0 ? (
              <Panel>
                <DataTable label={tCards.title} testId="cards" columns={CARD_COLUMNS} rows={data.items} rowKey={(c) => c.id} onOpen={(c) => go(`/cards/${c.id}`)} empty={null} />
              </Panel>
            ) : (
              <EmptyState title={tCards.none} hint={tCards.noneHint} />
            )
          }
        </QueryView>
      ) : (
        <EmptyState title={tCards.start} hint={tCards.startHint} />
      )}
    </Page>
  );
}
