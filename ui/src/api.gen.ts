// Generated from the Rust request and response types; do not edit by hand.
export type Code = string; // e.g. "class.number_taken"; see crates/core/src/error/code.rs
export type Severity = "note" | "warning" | "error";
export type Problem = { code: Code; severity: Severity; field?: string; sheet?: string; row?: number; column?: string; heading?: string; message: string; suggestion?: string };
export type Role = "city_admin" | "district_admin" | "school_staff" | "card_office" | "operator" | "auditor";
/** city: neither district nor school; district: district; school: district and school */
export type Scope = { district?: string; schoolId?: string };
export type GrantView = { role: Role; district?: string; districtName?: string; schoolId?: string; schoolName?: string };
export type GrantInput = { role: Role; district?: string; schoolId?: string };
/** What a role may do; the menu shows only what is in SessionView.permissions. */
export type Permission = "manage_districts" | "manage_schools" | "manage_settings" | "manage_classes" | "enter_pupils" | "read_pupils" | "request_orders" | "review_orders" | "confirm_orders" | "read_orders" | "manage_accounts" | "unlock_accounts" | "read_audit" | "read_health";
export type Empty = Record<string, never>;
export type SessionView = { accountId: string; login: string; displayName: string; grants: GrantView[]; permissions: Permission[]; mustChangePassword: boolean; expiresAt: number; idleLockMinutes: number; demo: boolean };

export type DistrictView = { code: string; name: string; schools: number };
export type SchoolKindCode = "211"|"218"|"219"|"311"|"319"|"341"|"312"|"345"|"511"|"512"|"513"|"514";
export type SchoolView = { id: string; code: string; provisional: boolean; name: string; kind: SchoolKindCode; kindName: string; district: string; districtName: string; schoolYear: string; version: number };
export type GradeState = "present" | "missing" | "wrong" | "extra" | "none"; // none: not in this school's ladder and not there
export type GradeCell = { number: number; name: string; state: GradeState; gradeId?: string; graduating: boolean; manualPromotion: boolean; classes: number; wrong?: string /* Chinese: what is wrong */ };
export type MatrixRow = { school: SchoolView; grades: GradeCell[] /* always 9, number 1..9 */; complete: boolean };
export type LadderChangeKind = "create" | "correct" | "remove" | "blocked";
export type LadderChange = { schoolId: string; schoolName: string; number: number; name: string; change: LadderChangeKind; graduating: boolean; manualPromotion: boolean; reason?: string };
export type GradeView = { id: string; number: number; name: string; graduating: boolean; manualPromotion: boolean };
export type ClassView = { id: string; gradeId: string; grade: number; gradeName: string; number: number; schoolYear: string; nickname?: string; remark?: string; open: boolean; pupils: number; version: number };

export type TemplateColumnGuide = { key: string; heading: string; required: boolean; note: string };
export type ImportGuide = { schoolName: string; rowLimit: number; columns: TemplateColumnGuide[]; rules: string[]; classes: { grade: number; gradeName: string; number: number; nickname?: string; line: string /* 七年级 3班 → 年级填 7，班级填 3 */ }[] };
export type ImportState = "reading" | "preview" | "partly" | "committed" | "undone" | "discarded";
export type ImportSummary = { id: string; schoolId: string; schoolName: string; fileName: string; state: ImportState; sheet: string; headingRow: number; rows: number; valid: number; errors: number; warnings: number; duplicates: number; committed: number; createdAt: number; createdBy: string; committedAt?: number; submittedAt?: number; columns: { key: string; heading: string; letter?: string /* absent: column not in file */ }[]; fileProblems: Problem[] };
export type RowState = "valid" | "warning" | "error" | "committed";
/** cells in the order of ImportSummary.columns, as written in the file */
export type ImportRowView = { index: number /* position in the current filter, from 0 */; row: number /* as Excel shows */; state: RowState; cells: string[]; problems: Problem[] };
export type ProblemGroup = { code: Code; severity: Severity; heading?: string; sample: string /* Chinese message of the first */; count: number; firstRow: number; firstIndex: number /* position among rows with problems */ };

export type PupilView = { id: string; name: string; gender?: "male"|"female"; birthYear?: number; paperKind: string; paperKindName: string; paperMasked: string; schoolId: string; schoolName: string; district: string; grade: number; gradeName: string; classNumber: number; classNickname?: string; status: string; statusName: string; applicationState?: "draft"|"submitted"|"approved"|"returned"; applicationStateName?: string; firstSavedAt?: number; submittedAt?: number; openOrderState?: OrderState; openOrderStateName?: string; guardianName?: string; guardianPhoneMasked?: string };
export type OrderState = "draft"|"requested"|"approved"|"confirmed"|"in_production"|"produced"|"delivered"|"returned"|"failed"|"cancelled";
export type OrderView = { id: string; pupilId: string; pupilName: string; paperMasked: string; schoolId: string; schoolName: string; district: string; districtName: string; grade: number; gradeName: string; classNumber: number; kind: "new"|"replacement"|"exchange"; kindName: string; state: OrderState; stateName: string; requestedAt?: number; approvedAt?: number; confirmedAt?: number; returnedAt?: number; reason?: string; batchNo?: string; cardNo?: string; version: number };
export type OrderFilter = { confirmedFrom?: string /* 2026-09-01 */; confirmedTo?: string; district?: string; schoolId?: string; grade?: number; classNumber?: number; state?: OrderState; text?: string };
/** capped: count is "1000+" when more */
export type CappedCount = { count: number; more: boolean };
export type StepResult = { done: number; problems: (Problem & { subjectId?: string; subjectName?: string })[] };

export type AccountView = { id: string; login: string; displayName: string; grants: GrantView[]; disabled: boolean; lockedUntil?: number; mustChangePassword: boolean; lastSignInAt?: number; createdAt: number; version: number };
export type AuditView = { id: string; at: number; login?: string; op: string; opName: string /* 新建班级 */; outcome: "done"|"refused"; district?: string; schoolId?: string; schoolName?: string; summary: string; address: string; sealed: boolean };
export type SettingView = { key: string; name: string; note: string; value: string; defaultValue: string; district?: string; min?: number; max?: number; choices?: string[] };
export type TodoItem = { key: "pupils_to_submit"|"orders_to_approve"|"orders_to_confirm"|"imports_in_preview"|"ladders_incomplete"|"orders_returned"; count: CappedCount };

export type Ops = {
  "session.signIn": { req: { login: string; password: string }; res: { token: string; session: SessionView } };
  "session.current": { req: Empty; res: SessionView };
  "session.resume": { req: { password: string }; res: SessionView }; // after idle lock (problem code session.locked)
  "session.signOut": { req: Empty; res: Empty };
  "account.changePassword": { req: { current: string; new: string }; res: SessionView };
  "account.list": { req: { text?: string; role?: Role; after?: string; limit?: number }; res: { items: AccountView[]; next?: string } };
  "account.create": { req: { login: string; displayName: string; password: string; grants: GrantInput[]; forcedChange?: boolean }; res: AccountView };
  "account.setGrants": { req: { id: string; version: number; grants: GrantInput[] }; res: AccountView };
  "account.disable": { req: { id: string }; res: AccountView };
  "account.enable": { req: { id: string }; res: AccountView };
  "account.reset": { req: { id: string; password: string; forcedChange?: boolean }; res: AccountView };
  "account.unlock": { req: { id: string }; res: AccountView };
  "setting.list": { req: { district?: string }; res: { items: SettingView[] } };
  "setting.set": { req: { key: string; value: string; district?: string }; res: SettingView };

  "home.summary": { req: Empty; res: { todos: TodoItem[]; setup?: { schools: boolean; ladders: boolean; classes: boolean; pupils: boolean }; recentImports: ImportSummary[]; confirmedPerDay: { day: string; count: number }[] /* last 14 days, empty when role may not read orders */ } };

  "district.list": { req: Empty; res: { items: DistrictView[] } };
  "district.create": { req: { code: string; name: string }; res: DistrictView };
  "district.rename": { req: { code: string; name: string }; res: DistrictView };
  "school.list": { req: { district?: string; text?: string; after?: string; limit?: number }; res: { items: SchoolView[]; next?: string } };
  "school.get": { req: { id: string }; res: SchoolView };
  "school.create": { req: { district: string; code: string; name: string; kind: string; schoolYear?: string }; res: { school: SchoolView; problems: Problem[] /* warnings */ } };
  "school.edit": { req: { id: string; version: number; code?: string; name?: string; kind?: string }; res: { school: SchoolView; problems: Problem[] } };
  "school.setYear": { req: { id: string; version: number; schoolYear: string }; res: SchoolView };
  "grade.list": { req: { schoolId: string }; res: { items: GradeView[] } };
  "grade.matrix": { req: { district?: string; text?: string; after?: string; limit?: number }; res: { items: MatrixRow[]; next?: string } };
  "grade.previewLadder": { req: { district?: string; schoolIds?: string[] }; res: { changes: LadderChange[]; schools: number } };
  "grade.createLadder": { req: { district?: string; schoolIds?: string[] }; res: { changes: LadderChange[]; schools: number } };
  "class.list": { req: { schoolId: string; schoolYear?: string; grade?: number }; res: { items: ClassView[]; schoolYear: string } };
  "class.create": { req: { gradeId: string; numbers: number[]; schoolYear?: string; nickname?: string; remark?: string }; res: { items: ClassView[] } };
  "class.edit": { req: { id: string; version: number; nickname?: string; remark?: string }; res: ClassView };
  "class.renumber": { req: { id: string; version: number; number: number }; res: ClassView };
  "class.close": { req: { id: string; version: number }; res: ClassView };
  "class.reopen": { req: { id: string; version: number }; res: ClassView };
  "class.delete": { req: { id: string; version: number }; res: Empty };

  "import.guide": { req: { schoolId: string }; res: ImportGuide };
  "import.template": { req: { schoolId: string }; res: { blobId: string; fileName: string } };
  "import.preview": { req: { schoolId: string; blobId: string; fileName: string; importId?: string }; res: ImportSummary };
  "import.show": { req: { importId: string }; res: { summary: ImportSummary; groups: ProblemGroup[] } };
  "import.rows": { req: { importId: string; start: number; limit: number; onlyProblems?: boolean }; res: { total: number; rows: ImportRowView[] } };
  "import.nextProblem": { req: { importId: string; afterRow: number; backwards?: boolean; onlyProblems?: boolean }; res: { row?: number; index?: number; column?: string } };
  "import.commit": { req: { importId: string; mode: "valid"|"all"; submit?: boolean }; res: ImportSummary };
  "import.discard": { req: { importId: string }; res: ImportSummary };
  "import.list": { req: { schoolId?: string; after?: string; limit?: number }; res: { items: ImportSummary[]; next?: string } };

  "pupil.list": { req: { district?: string; schoolId?: string; grade?: number; classNumber?: number; name?: string; applicationState?: string; importId?: string; after?: string; limit?: number }; res: { items: PupilView[]; next?: string; count: CappedCount } };
  "pupil.find": { req: { idNumber: string }; res: { pupil?: PupilView; elsewhere: boolean } };
  "pupil.submit": { req: { schoolId: string; importId?: string; grade?: number; classNumber?: number; ids?: string[] }; res: StepResult };

  "order.request": { req: { pupilIds?: string[]; schoolId?: string; grade?: number; classNumber?: number; kind?: "new"|"replacement"|"exchange" }; res: StepResult };
  "order.approve": { req: { ids?: string[]; filter?: OrderFilter }; res: StepResult };
  "order.confirm": { req: { ids?: string[]; filter?: OrderFilter }; res: StepResult };
  "order.withdraw": { req: { ids: string[]; reason: string }; res: StepResult };
  "order.return": { req: { ids: string[]; reason: string }; res: StepResult };
  "order.list": { req: OrderFilter & { after?: string; limit?: number }; res: { items: OrderView[]; next?: string } };
  "order.counts": { req: OrderFilter; res: { states: { state: OrderState; name: string; count: CappedCount }[]; total: CappedCount } };
  "order.export": { req: OrderFilter; res: { blobId: string; fileName: string; rows: number } };

  "audit.list": { req: { login?: string; op?: string; outcome?: string; district?: string; from?: string; to?: string; after?: string; limit?: number }; res: { items: AuditView[]; next?: string } };
  "audit.export": { req: { from?: string; to?: string; district?: string }; res: { blobId: string; fileName: string; rows: number } };
  "audit.verify": { req: { district?: string }; res: { entries: number; intact: boolean; firstBroken?: string } };
};
