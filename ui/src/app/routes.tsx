// The pages, where they are and who sees them. A new page is one entry here and its texts.
import {
  AuditOutlined,
  BankOutlined,
  CheckCircleOutlined,
  FieldTimeOutlined,
  FileSearchOutlined,
  FormOutlined,
  HomeOutlined,
  CreditCardOutlined,
  IdcardOutlined,
  InboxOutlined,
  ImportOutlined,
  LoginOutlined,
  PictureOutlined,
  SafetyCertificateOutlined,
  SettingOutlined,
  SolutionOutlined,
  SwapOutlined,
  TeamOutlined,
  UserSwitchOutlined,
} from "@ant-design/icons";
import { lazy, type ComponentType, type ReactNode } from "react";
import type { TodoItem } from "../api.gen";
import { Accounts } from "../features/accounts";
import { Audit } from "../features/audit";
import { Batches } from "../features/batches";
import { CreateBatch } from "../features/batches/create";
import { BatchPage } from "../features/batches/page";
import { Templates } from "../features/batches/templates";
import { CardSearch } from "../features/cards";
import { CardPage } from "../features/cards/page";
import { EntryList } from "../features/entry";
import { EntryPage } from "../features/entry/page";
import { Extensions } from "../features/extensions";
import { ImportList } from "../features/imports/list";
import { ImportPreview } from "../features/imports/preview";
import { ImportWizard } from "../features/imports";
import { Moves } from "../features/moves";
import { Orders, OrdersToApprove, OrdersToConfirm } from "../features/orders";
import { Mismatches } from "../features/orders/mismatches";
import { OrderPage } from "../features/orders/page";
import { Organisation } from "../features/organisation";
import { Pupils } from "../features/pupils";
import { Bin } from "../features/pupils/bin";
import { Photos } from "../features/photos";
import { PhotoCheck } from "../features/photos/check";
import { PupilPage } from "../features/pupils/page";
import { Roster } from "../features/pupils/roster";
import { Review } from "../features/review";
import { Settings } from "../features/settings";
import type { SessionApi } from "../shared/session";
import { tMenu } from "../shared/texts";

const Statistics = lazy(() => import("../features/pupils/statistics").then((m) => ({ default: m.Statistics })));
const Home = lazy(() => import("../features/home").then((m) => ({ default: m.Home })));

type MenuKey = Exclude<keyof typeof tMenu, `group${string}` | "fold" | "unfold" | "main">;
export type Entry = {
  key: MenuKey;
  path: string;
  group: "" | "groupDaily" | "groupCards" | "groupManage";
  icon: ReactNode;
  allowed: (s: SessionApi) => boolean;
  badge?: TodoItem["key"][];
  page: ComponentType<{ rest: string }>;
};

const managesSchools = (s: SessionApi) => s.can("manage_schools") || s.can("manage_districts");

export const ENTRIES: readonly Entry[] = [
  { key: "home", path: "/", group: "", icon: <HomeOutlined />, allowed: () => true, page: Home },
  {
    key: "organisation",
    path: "/organisation",
    group: "groupDaily",
    icon: <BankOutlined />,
    allowed: (s) => managesSchools(s) || s.can("manage_classes"),
    badge: ["ladders_incomplete"],
    page: Organisation,
  },
  { key: "import-new", path: "/imports/new", group: "groupDaily", icon: <ImportOutlined />, allowed: (s) => s.can("enter_pupils"), page: ImportWizard },
  {
    key: "entry",
    path: "/entry",
    group: "groupDaily",
    icon: <FormOutlined />,
    allowed: (s) => s.can("enter_pupils"),
    badge: ["pupils_returned", "pupils_to_submit"],
    page: ({ rest }) => (rest ? <EntryPage key={rest} id={rest === "new" ? null : rest} /> : <EntryList />),
  },
  {
    key: "imports",
    path: "/imports",
    group: "groupDaily",
    icon: <FileSearchOutlined />,
    allowed: (s) => s.can("enter_pupils"),
    badge: ["imports_in_preview"],
    page: ({ rest }) => (rest ? <ImportPreview importId={rest} /> : <ImportList />),
  },
  {
    key: "pupils",
    path: "/pupils",
    group: "groupDaily",
    icon: <TeamOutlined />,
    allowed: (s) => s.can("read_pupils"),
    page: ({ rest }) => {
      if (rest === "") return <Pupils />;
      if (rest === "statistics") return <Statistics />;
      if (rest === "roster") return <Roster />;
      if (rest === "deleted") return <Bin />;
      return <PupilPage id={rest} />;
    },
  },
  {
    key: "photos",
    path: "/photos",
    group: "groupDaily",
    icon: <PictureOutlined />,
    allowed: (s) => s.can("enter_pupils"),
    page: ({ rest }) => (rest ? <PhotoCheck key={rest} batchId={rest} /> : <Photos />),
  },
  { key: "review", path: "/review", group: "groupDaily", icon: <SolutionOutlined />, allowed: (s) => s.can("review_pupils"), badge: ["pupils_to_review"], page: Review },
  {
    key: "registrations",
    path: "/registrations",
    group: "groupDaily",
    icon: <LoginOutlined />,
    allowed: (s) => s.can("enter_pupils"),
    page: () => <Moves op="registration.list" />,
  },
  {
    key: "transfers",
    path: "/transfers",
    group: "groupDaily",
    icon: <SwapOutlined />,
    allowed: (s) => s.can("enter_pupils"),
    page: () => <Moves op="transfer.list" />,
  },
  {
    key: "orders-approve",
    path: "/orders/approve",
    group: "groupCards",
    icon: <AuditOutlined />,
    allowed: (s) => s.can("review_orders"),
    badge: ["orders_to_approve"],
    page: OrdersToApprove,
  },
  {
    key: "orders-confirm",
    path: "/orders/confirm",
    group: "groupCards",
    icon: <CheckCircleOutlined />,
    allowed: (s) => s.can("confirm_orders"),
    badge: ["orders_to_confirm"],
    page: OrdersToConfirm,
  },
  {
    key: "orders",
    path: "/orders",
    group: "groupCards",
    icon: <IdcardOutlined />,
    allowed: (s) => s.can("read_orders"),
    page: ({ rest }) => {
      if (rest === "") return <Orders />;
      if (rest === "mismatches") return <Mismatches />;
      return <OrderPage id={rest} />;
    },
  },
  {
    key: "batches",
    path: "/batches",
    group: "groupCards",
    icon: <InboxOutlined />,
    allowed: (s) => s.can("read_batches"),
    badge: ["batches_to_export", "batches_overdue"],
    page: ({ rest }) => {
      if (rest === "") return <Batches />;
      if (rest === "new") return <CreateBatch />;
      if (rest === "templates") return <Templates />;
      return <BatchPage id={rest} />;
    },
  },
  {
    key: "cards",
    path: "/cards",
    group: "groupCards",
    icon: <CreditCardOutlined />,
    allowed: (s) => s.can("read_cards"),
    page: ({ rest }) => (rest ? <CardPage id={rest} /> : <CardSearch />),
  },
  { key: "extensions", path: "/extensions", group: "groupCards", icon: <FieldTimeOutlined />, allowed: (s) => s.can("read_extensions"), page: Extensions },
  {
    key: "accounts",
    path: "/accounts",
    group: "groupManage",
    icon: <UserSwitchOutlined />,
    allowed: (s) => s.can("manage_accounts") || s.can("unlock_accounts"),
    page: Accounts,
  },
  { key: "audit", path: "/audit", group: "groupManage", icon: <SafetyCertificateOutlined />, allowed: (s) => s.can("read_audit"), page: Audit },
  { key: "settings", path: "/settings", group: "groupManage", icon: <SettingOutlined />, allowed: (s) => s.can("manage_settings"), page: Settings },
];

/** The entry whose path fits best, and what follows it. */
export function match(path: string, session: SessionApi): { entry: Entry; rest: string } | null {
  let best: { entry: Entry; rest: string } | null = null;
  for (const entry of ENTRIES) {
    if (!entry.allowed(session)) continue;
    const exact = path === entry.path;
    const below = entry.path !== "/" && path.startsWith(`${entry.path}/`);
    if ((exact || below) && (!best || entry.path.length > best.entry.path.length)) {
      best = { entry, rest: path.slice(entry.path.length).replace(/^\//, "") };
    }
  }
  return best;
}
