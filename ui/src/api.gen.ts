// Generated from the Rust types by `cargo test -p ekatong-core`; do not edit.

export type AcceptSuggestionsRequest = { 
/**
 * Import.
 */
importId: ImportId, 
/**
 * Code of the problems.
 */
code: Code, 
/**
 * Only in the column of this key.
 */
column?: string, 
/**
 * Only in this row, as Excel shows it.
 */
row?: number, };
export type AccountId = string;
export type AccountView = { 
/**
 * Id.
 */
id: AccountId, 
/**
 * Login.
 */
login: string, 
/**
 * Name shown.
 */
displayName: string, 
/**
 * Roles with their scopes.
 */
grants: Array<GrantView>, 
/**
 * May not sign in.
 */
disabled: boolean, 
/**
 * Locked until; epoch milliseconds.
 */
lockedUntil?: number, 
/**
 * The password must be changed at the next sign-in.
 */
mustChangePassword: boolean, 
/**
 * Last good sign-in.
 */
lastSignInAt?: number, 
/**
 * Made at.
 */
createdAt: number, 
/**
 * Grows with each change.
 */
version: number, };
export type AddExtensionsRequest = { 
/**
 * Pupils.
 */
pupilIds: Array<PupilId>, 
/**
 * Why; 1–200 characters.
 */
reason: string, 
/**
 * Number of the card in any case, of one pupil.
 */
cardNo?: string, 
/**
 * First day on which the entry no longer holds; by default the district's policy alone decides.
 */
expiresOn?: string, };
export type ApplicationId = string;
export type ApplicationKind = "new" | "registration" | "transfer_in";
export type ApplicationState = "draft" | "submitted" | "approved" | "returned";
export type ApplicationStep = "save" | "submit" | "approve" | "return";
export type ApplicationView = { 
/**
 * Id.
 */
id: ApplicationId, 
/**
 * Kind.
 */
kind: ApplicationKind, 
/**
 * Its name.
 */
kindName: string, 
/**
 * State.
 */
state: ApplicationState, 
/**
 * Its name.
 */
stateName: string, 
/**
 * Steps that the district can take now.
 */
steps: Array<ApplicationStep>, 
/**
 * Pupil.
 */
pupilId: PupilId, 
/**
 * Name of the pupil.
 */
pupilName: string, 
/**
 * Kind of paper.
 */
paperKind: PaperKind, 
/**
 * Masked number of the pupil's paper.
 */
paperMasked: string, 
/**
 * District where the child will be.
 */
district: string, 
/**
 * School where it will be.
 */
schoolId: SchoolId, 
/**
 * Name of that school.
 */
schoolName: string, 
/**
 * Grade number there.
 */
grade: number, 
/**
 * 一年级 … 九年级.
 */
gradeName: string, 
/**
 * 班级序号 there.
 */
classNumber: number, 
/**
 * School that it comes from.
 */
fromSchoolName?: string, 
/**
 * First save, by the backend's clock (STU-1); epoch milliseconds, like the others.
 */
firstSavedAt: number, 
/**
 * 提交时间: latest submission (STU-1).
 */
submittedAt?: number, 
/**
 * 区审核通过时间.
 */
approvedAt?: number, 
/**
 * Latest return.
 */
returnedAt?: number, 
/**
 * Why it was returned.
 */
returnedReason?: string, 
/**
 * True when another child on record may be the same (疑似重复).
 */
suspected: boolean, 
/**
 * Grows with each step.
 */
version: number, };
export type ApproveOrdersRequest = { 
/**
 * These.
 */
ids?: Array<OrderId>, 
/**
 * All that fit, at most 20 000; without a state those that can take the step.
 */
filter?: OrderFilter, };
export type ApproveReviewRequest = { 
/**
 * These.
 */
items?: Array<SeenApplication>, 
/**
 * All that fit, at most 20 000.
 */
filter?: ReviewFilter, };
export type AuditId = string;
export type AuditView = { 
/**
 * Id.
 */
id: AuditId, 
/**
 * When; epoch milliseconds.
 */
at: number, 
/**
 * Login as it was then.
 */
login?: string, 
/**
 * Operation.
 */
op: string, 
/**
 * Its name.
 */
opName: string, 
/**
 * `done` or `refused`.
 */
outcome: "done" | "refused", 
/**
 * District code.
 */
district?: string, 
/**
 * School.
 */
schoolId?: SchoolId, 
/**
 * One line for people.
 */
summary: string, 
/**
 * Where from.
 */
address: string, 
/**
 * True once the entry is part of the chain.
 */
sealed: boolean, };
export type BatchId = string;
export type BatchLineView = { 
/**
 * Number in the batch.
 */
number: number, 
/**
 * 制卡编号.
 */
lineNo: string, 
/**
 * Order.
 */
orderId: OrderId, 
/**
 * Pupil.
 */
pupilId: PupilId, 
/**
 * Name of the pupil.
 */
pupilName: string, 
/**
 * Masked number of the paper.
 */
paperMasked: string, 
/**
 * Name of the school.
 */
schoolName: string, 
/**
 * 一年级 … 九年级.
 */
gradeName: string, 
/**
 * 班级序号.
 */
classNumber: number, 
/**
 * Result.
 */
result: LineResult, 
/**
 * Its name.
 */
resultName: string, 
/**
 * Why it failed.
 */
reason?: string, 
/**
 * When the result was read.
 */
resultAt?: number, 
/**
 * Card.
 */
cardId?: CardId, 
/**
 * E卡通号.
 */
cardNo?: string, };
export type BatchLinesRequest = { 
/**
 * Batch.
 */
id: BatchId, 
/**
 * Only with this result.
 */
result?: LineResult, 
/**
 * `next` of the page before.
 */
after?: string, 
/**
 * Rows of the page, 1–500; 50 by default.
 */
limit?: number, };
export type BatchLinesResponse = { 
/**
 * Lines in their order.
 */
items: Array<BatchLineView>, 
/**
 * Where the next page begins.
 */
next?: string, };
export type BatchPage = { 
/**
 * The batch with its ledger.
 */
batch: BatchView, 
/**
 * Files of its package.
 */
files: Array<PackageFile>, 
/**
 * Result files, oldest first.
 */
results: Array<ResultFileView>, };
export type BatchState = "open" | "handed_over" | "closed" | "discarded";
export type BatchView = { 
/**
 * Id.
 */
id: BatchId, 
/**
 * Batch number.
 */
batchNo: string, 
/**
 * District code.
 */
district: string, 
/**
 * Its name.
 */
districtName: string, 
/**
 * State.
 */
state: BatchState, 
/**
 * Its name.
 */
stateName: string, 
/**
 * Name of the template.
 */
templateName: string, 
/**
 * Orders.
 */
ordered: number, 
/**
 * Cards made.
 */
made: number, 
/**
 * Failures.
 */
failed: number, 
/**
 * Orders without a result: ordered = made + failed + missing.
 */
missing: number, 
/**
 * When it was made; epoch milliseconds.
 */
createdAt: number, 
/**
 * By whom.
 */
createdBy: string, 
/**
 * When its package was handed over.
 */
handedOverAt?: number, 
/**
 * When it was closed.
 */
closedAt?: number, 
/**
 * File name of its package.
 */
packageName?: string, 
/**
 * SHA-256 of its package.
 */
packageSha256?: string, 
/**
 * Grows with each change.
 */
version: number, };
export type BlobId = string;
export type CancelOrdersRequest = { 
/**
 * These.
 */
ids?: Array<OrderId>, 
/**
 * All that fit, at most 20 000; without a state those that can take the step.
 */
filter?: OrderFilter, 
/**
 * Why.
 */
reason: string, };
export type CappedCount = { 
/**
 * Number counted.
 */
count: number, 
/**
 * True when there are more.
 */
more: boolean, };
export type CardEventView = { 
/**
 * Its name.
 */
stepName: string, 
/**
 * Name of the state after it.
 */
stateName: string, 
/**
 * When; epoch milliseconds.
 */
at: number, 
/**
 * Who.
 */
by: string, 
/**
 * Why.
 */
reason?: string, };
export type CardExtensionView = { 
/**
 * Who told of it.
 */
origin: ExtensionOrigin, 
/**
 * Its name.
 */
originName: string, 
/**
 * Number of the card as it was written then.
 */
serialRaw?: string, 
/**
 * Day of the extension.
 */
extendedOn: string, 
/**
 * Its moment, where it is known; epoch milliseconds.
 */
extendedAt?: number, 
/**
 * Last day on which it holds.
 */
validUntil?: string, 
/**
 * Remark, terminal, or reason and how it ended.
 */
note?: string, };
export type CardId = string;
export type CardPage = { 
/**
 * The card.
 */
card: CardView, 
/**
 * Its steps, oldest first.
 */
events: Array<CardEventView>, 
/**
 * Other cards of the holder, newest first.
 */
others: Array<CardView>, 
/**
 * Orders of the holder that the person may see, newest first.
 */
orders: Array<OrderView>, 
/**
 * Its extensions, oldest first.
 */
extensions: Array<CardExtensionView>, };
export type CardState = "valid" | "lost" | "invalid" | "replaced";
export type CardStep = "make" | "lose" | "restore" | "invalidate" | "replace";
export type CardTemplateView = { 
/**
 * Id; none for those that are shipped.
 */
id?: TemplateId, 
/**
 * Name.
 */
name: string, 
/**
 * Columns, code tables, encoding, result columns.
 */
content: TemplateContent, 
/**
 * Grows with each change; 0 for those that are shipped.
 */
version: number, };
export type CardView = { 
/**
 * Id.
 */
id: CardId, 
/**
 * Holder.
 */
pupilId: PupilId, 
/**
 * Name of the holder.
 */
pupilName: string, 
/**
 * Masked number of the holder's paper.
 */
paperMasked: string, 
/**
 * District code.
 */
district: string, 
/**
 * School of the holder.
 */
schoolId: SchoolId, 
/**
 * Its name.
 */
schoolName: string, 
/**
 * 一年级 … 九年级.
 */
gradeName: string, 
/**
 * 班级序号.
 */
classNumber: number, 
/**
 * Order that it was made for.
 */
orderId: OrderId, 
/**
 * E卡通号.
 */
cardNo: string, 
/**
 * 卡序列号, in upper case.
 */
serialNo?: string, 
/**
 * 卡序列号 as it came, where that differs.
 */
serialRaw?: string, 
/**
 * 市民卡卡号.
 */
citizenNo?: string, 
/**
 * State.
 */
state: CardState, 
/**
 * Its name.
 */
stateName: string, 
/**
 * When it came back from the bureau; epoch milliseconds.
 */
madeAt: number, 
/**
 * Grows with each step.
 */
version: number, 
/**
 * Steps that the person may take now.
 */
steps: Array<CardStep>, };
export type CellEdit = { 
/**
 * Row as Excel shows it.
 */
row: number, 
/**
 * Key of the column.
 */
column: string, 
/**
 * The new text; blank empties the cell.
 */
value: string, 
/**
 * The text that the person saw there: another person's correction is not overwritten.
 */
was?: string, };
export type ChangePasswordRequest = { 
/**
 * Password until now.
 */
current: string, 
/**
 * New password.
 */
new: string, };
export type ChangedSchoolResponse = { 
/**
 * The school.
 */
school: SchoolView, 
/**
 * Warnings.
 */
problems: Array<Problem>, };
export type CheckOrdersRequest = { 
/**
 * These.
 */
ids?: Array<OrderId>, 
/**
 * All that fit; without a state those that are on their way into a batch.
 */
filter?: OrderFilter, };
export type CheckOrdersResponse = { 
/**
 * Orders that were checked.
 */
checked: number, 
/**
 * Of these, orders with a fault.
 */
faulty: number, 
/**
 * Faults, at most 500.
 */
faults: Array<OrderFault>, };
export type CheckPhotosRequest = { 
/**
 * School.
 */
schoolId: SchoolId, };
export type CheckPhotosResponse = { 
/**
 * Pupils who may need a photo.
 */
pupils: number, 
/**
 * Those with a photo that is readable.
 */
good: number, 
/**
 * Those without one.
 */
missing: number, 
/**
 * Those whose file is missing or damaged.
 */
lost: number, 
/**
 * Those whose photo is readable and poor.
 */
poor: number, 
/**
 * Pupils with something to be done, by name; at most 2000.
 */
items: Array<CheckedPhoto>, };
export type CheckPupilRequest = { 
/**
 * School.
 */
schoolId: SchoolId, 
/**
 * The draft that the form is about, once there is one.
 */
id?: PupilId, 
/**
 * The form so far.
 */
form: PupilForm, };
export type CheckPupilResponse = { 
/**
 * The form with what was understood of it, normalised and filled from the paper's number.
 */
form: PupilForm, 
/**
 * Fields that the paper's number filled (由证件号得出).
 */
derived: Array<string>, 
/**
 * What is wrong or deserves a look, each with its field.
 */
problems: Array<Problem>, 
/**
 * Children on record that may be the same; masked, with the place if it may be seen.
 */
near: Array<NearMatch>, };
export type CheckedPhoto = { 
/**
 * Pupil.
 */
pupil: PhotoPupilView, 
/**
 * What.
 */
problems: Array<Problem>, };
export type ClassCount = { 
/**
 * Grade number.
 */
grade: number, 
/**
 * 一年级 … 九年级.
 */
gradeName: string, 
/**
 * 班级序号.
 */
classNumber: number, 
/**
 * Pupils.
 */
pupils: number, };
export type ClassGuide = { 
/**
 * Number of the grade.
 */
grade: number, 
/**
 * 一年级 … 九年级.
 */
gradeName: string, 
/**
 * 班级序号.
 */
number: number, 
/**
 * 班级昵称.
 */
nickname?: string, 
/**
 * `七年级 3班 → 年级填 7，班级填 3`.
 */
line: string, };
export type ClassId = string;
export type ClassView = { 
/**
 * Id.
 */
id: ClassId, 
/**
 * Grade.
 */
gradeId: GradeId, 
/**
 * Number of the grade, 1–9.
 */
grade: number, 
/**
 * 一年级 … 九年级.
 */
gradeName: string, 
/**
 * 班级序号, 1–99.
 */
number: number, 
/**
 * `2026-2027`.
 */
schoolYear: string, 
/**
 * 班级昵称.
 */
nickname?: string, 
/**
 * 备注.
 */
remark?: string, 
/**
 * False once closed.
 */
open: boolean, 
/**
 * Pupils whose current class it is.
 */
pupils: number, 
/**
 * Grows with each change.
 */
version: number, };
export type CleanExtensionsRequest = { 
/**
 * District code; may be left out by who has one district only.
 */
district?: string, 
/**
 * Day whose rules count; today by default.
 */
date?: string, };
export type CleanExtensionsResponse = { 
/**
 * Entries that left.
 */
removed: number, 
/**
 * The same by reason.
 */
counts: Array<LeavingCount>, 
/**
 * The cleaning, by which it can be undone; absent when nobody left.
 */
run?: ExtensionRunView, };
export type CloseBatchRequest = { 
/**
 * Batch.
 */
id: BatchId, };
export type CloseClassRequest = { 
/**
 * Class.
 */
id: ClassId, 
/**
 * Version the person saw.
 */
version: number, };
export type Code = "request.invalid" | "operation.unknown" | "not_found" | "forbidden" | "version.conflict" | "idempotency.mismatch" | "storage.full" | "busy" | "cancelled" | "session.required" | "session.locked" | "sign_in.refused" | "sign_in.locked" | "password.must_change" | "login.invalid" | "login.taken" | "password.too_short" | "password.too_simple" | "password.common" | "password.reused" | "role.scope_mismatch" | "account.protected" | "role.required" | "district.code_invalid" | "district.taken" | "district.unknown" | "school.code_invalid" | "school.code_taken" | "school.code_kind_mismatch" | "school.kind_invalid" | "school.kind_senior" | "school.unknown" | "school.kind_in_use" | "school_year.invalid" | "school_year.out_of_reach" | "name.invalid" | "text.too_long" | "text.empty" | "grade.invalid" | "grade.unknown" | "class.invalid" | "class.numbers_empty" | "class.number_taken" | "class.unknown" | "class.closed" | "class.not_empty" | "setting.unknown" | "setting.invalid" | "paper.missing" | "paper.kind_unknown" | "paper.kind_not_in_bulk" | "paper.length" | "paper.old15" | "paper.character" | "paper.region" | "paper.county_unknown" | "paper.date" | "paper.date_range" | "paper.check" | "paper.precision" | "paper.trailing_zeros" | "paper.lookalike" | "normalised" | "paper.formula" | "paper.form" | "nationality.invalid" | "pupil.name_missing" | "pupil.name_length" | "pupil.name_character" | "pupil.name_lost" | "pupil.duplicate" | "pupil.near_match" | "pupil.incomplete" | "pupil.deleted" | "pupil.not_yet" | "pupil.part_locked" | "pupil.held" | "pupil.leaver" | "pupil.elsewhere" | "registration.not_found" | "registration.not_leaver" | "registration.taken" | "registration.here" | "registration.grade" | "registration.name" | "move.unknown" | "move.state" | "pupil.unknown" | "gender.invalid" | "gender.missing" | "birth_date.missing" | "birth_date.invalid" | "gender.mismatch" | "gender.derived" | "age.off" | "student_number.invalid" | "student_number.mismatch" | "guardian.name_missing" | "relation.missing" | "relation.unknown" | "phone.missing" | "phone.invalid" | "phone.not_mobile" | "bank_card.invalid" | "bank_card.check" | "application.submitted" | "application.unknown" | "application.state" | "pupil.status" | "file.kind" | "file.unreadable" | "file.changed" | "file.damaged" | "file.encrypted" | "file.too_large" | "file.too_many_rows" | "file.unsafe" | "file.empty" | "sheet.not_found" | "sheet.ambiguous" | "sheet.hidden" | "column.missing" | "column.optional_missing" | "column.twice" | "column.ignored" | "template.old" | "hidden.read" | "cell.merged" | "cell.formula_empty" | "cell.error" | "heading.repeated" | "row.grade_invalid" | "row.class_invalid" | "row.repeated" | "row.conflict" | "file.not_written" | "host.refused" | "import.unknown" | "import.closed" | "import.has_errors" | "import.nothing_valid" | "import.cell_unknown" | "import.no_edit" | "import.held" | "row.unmatched" | "blob.unknown" | "card.number_invalid" | "card.number_precision" | "card.number_taken" | "card.unknown" | "card.state" | "extension.open" | "extension.name" | "extension.run_unknown" | "extension.run_closed" | "order.unknown" | "order.open" | "order.state" | "order.card_valid" | "order.old_card_unknown" | "order.gender_missing" | "order.district_empty" | "order.school_district" | "order.in_batch" | "batch.unknown" | "batch.state" | "batch.nothing_ready" | "batch.too_many" | "batch.districts" | "batch.field_empty" | "batch.code_missing" | "order.fits" | "batch.photo_name" | "batch.file_small" | "batch.file_wrong" | "batch.not_settled" | "template.invalid" | "template.unknown" | "template.name_taken" | "result.line_unknown" | "result.line_missing" | "result.mismatch" | "result.word_unknown" | "result.card_missing" | "result.conflict" | "result.date_invalid" | "result.has_errors" | "reason.required" | "photo.missing" | "photo.name_invalid" | "photo.empty" | "photo.too_small" | "photo.small" | "photo.too_large" | "photo.too_many_pixels" | "photo.not_image" | "photo.extension" | "photo.truncated" | "photo.damaged" | "photo.few_pixels" | "photo.shape" | "photo.blank" | "photo.scaled" | "photo.same_image" | "photo.several" | "photo.repeated" | "photo.differs" | "photo.no_pupil" | "photo.ambiguous" | "photo.changed" | "photo.lost" | "photo.unknown" | "photo.batch_unknown" | "photo.batch_closed" | "photo.no_folder" | "date_range.invalid" | "text.too_broad" | "selection.empty";
export type CodePair = { 
/**
 * Ours, as people read it: 男, 居民身份证, 补办, 7.
 */
from: string, 
/**
 * The bureau's.
 */
to: string, };
export type CommitImportRequest = { 
/**
 * Import.
 */
importId: ImportId, 
/**
 * Whether rows with errors may stay behind.
 */
mode: CommitMode, 
/**
 * Submits to the district as well; else the pupils are saved as drafts.
 */
submit?: boolean, };
export type CommitMode = "valid" | "all";
export type ConfirmOrdersRequest = { 
/**
 * These.
 */
ids?: Array<OrderId>, 
/**
 * All that fit, at most 20 000; without a state those that can take the step.
 */
filter?: OrderFilter, };
export type CorrectOrdersRequest = { 
/**
 * These.
 */
ids?: Array<OrderId>, 
/**
 * True for all that do not fit, within `district` and `schoolId`.
 */
all?: boolean, 
/**
 * With `all`: of this district.
 */
district?: string, 
/**
 * With `all`: of this school.
 */
schoolId?: SchoolId, 
/**
 * Why.
 */
reason: string, };
export type CorrectionView = { 
/**
 * When; epoch milliseconds.
 */
at: number, 
/**
 * Who.
 */
by: string, 
/**
 * Why.
 */
reason: string, 
/**
 * Names of what was corrected.
 */
parts: Array<string>, };
export type CountOrdersRequest = { 
/**
 * Filter.
 */
filter: OrderFilter, };
export type CountOrdersResponse = { 
/**
 * By state, in the order of an order's life.
 */
states: Array<StateCount>, 
/**
 * Of all states.
 */
total: CappedCount, };
export type CreateAccountRequest = { 
/**
 * Login: 3–32 letters, digits, `.`, `_`, `-`.
 */
login: string, 
/**
 * Name shown.
 */
displayName: string, 
/**
 * First password.
 */
password: string, 
/**
 * Roles with their scopes.
 */
grants: Array<GrantInput>, 
/**
 * Whether the first sign-in must change it; true unless said otherwise.
 */
forcedChange?: boolean, };
export type CreateBatchRequest = { 
/**
 * These.
 */
ids?: Array<OrderId>, 
/**
 * All confirmed ones that fit.
 */
filter?: OrderFilter, 
/**
 * Name of the template; the district's first when absent.
 */
template?: string, };
export type CreateBatchResponse = { 
/**
 * The batch.
 */
batch: BatchView, 
/**
 * Orders that stayed out.
 */
leftOut: number, 
/**
 * Why, at most 500.
 */
faults: Array<OrderFault>, };
export type CreateClassesRequest = { 
/**
 * Grade.
 */
gradeId: GradeId, 
/**
 * 班级序号, 1–99 each.
 */
numbers: Array<number>, 
/**
 * `2026-2027`: the school's current or next year; the current one when absent.
 */
schoolYear?: string, 
/**
 * 班级昵称, for all of them.
 */
nickname?: string, 
/**
 * 备注, for all of them.
 */
remark?: string, };
export type CreateClassesResponse = { 
/**
 * By number.
 */
items: Array<ClassView>, };
export type CreateDistrictRequest = { 
/**
 * 6 digits, GB/T 2260.
 */
code: string, 
/**
 * Name.
 */
name: string, };
export type CreateLadderRequest = { 
/**
 * All schools of this district.
 */
district?: string, 
/**
 * These schools.
 */
schoolIds?: Array<SchoolId>, };
export type CreatePupilRequest = { 
/**
 * School.
 */
schoolId: SchoolId, 
/**
 * The form.
 */
form: PupilForm, 
/**
 * Submits to the district as well; else the pupil is a draft.
 */
submit?: boolean, 
/**
 * Staged photo of the pupil.
 */
photoBlobId?: BlobId, };
export type CreateRegistrationRequest = { 
/**
 * School that registers.
 */
schoolId: SchoolId, 
/**
 * Name as on the paper.
 */
name: string, 
/**
 * Kind of paper; the resident ID when absent.
 */
paperKind?: PaperKind, 
/**
 * Number of the paper.
 */
paperNumber: string, 
/**
 * Nationality of a passport, three letters.
 */
nationality?: string, 
/**
 * Grade number, 7–9.
 */
grade: number, 
/**
 * 班级序号.
 */
classNumber: number, 
/**
 * Submits to the district as well; else it is saved as a draft.
 */
submit?: boolean, };
export type CreateRegistrationResponse = { 
/**
 * The registration.
 */
registration: MoveView, 
/**
 * Warnings.
 */
problems: Array<Problem>, };
export type CreateSchoolRequest = { 
/**
 * District code.
 */
district: string, 
/**
 * National code of 10 digits, or a provisional one of letters and digits.
 */
code: string, 
/**
 * Name.
 */
name: string, 
/**
 * 办学类型: its code (`211`) or name (`小学`).
 */
kind: string, 
/**
 * Current school year; the city's usual one when absent.
 */
schoolYear?: string, };
export type CurrentSessionRequest = Record<symbol, never>;
export type DayCount = { 
/**
 * `2026-09-01`.
 */
day: string, 
/**
 * How many.
 */
count: number, };
export type DeleteClassRequest = { 
/**
 * Class.
 */
id: ClassId, 
/**
 * Version the person saw.
 */
version: number, };
export type DeleteClassResponse = Record<symbol, never>;
export type DeletePupilsRequest = { 
/**
 * Pupils.
 */
ids: Array<PupilId>, 
/**
 * Why; kept with each of them.
 */
reason: string, };
export type DeleteTemplateRequest = { 
/**
 * Template.
 */
id: TemplateId, };
export type DeleteTemplateResponse = { 
/**
 * Its name.
 */
name: string, };
export type DeliverOrdersRequest = { 
/**
 * These.
 */
ids?: Array<OrderId>, 
/**
 * All that fit, at most 20 000; without a state those that can take the step.
 */
filter?: OrderFilter, };
export type DisableAccountRequest = { 
/**
 * Account.
 */
id: AccountId, };
export type DiscardBatchRequest = { 
/**
 * Batch.
 */
id: BatchId, 
/**
 * Why.
 */
reason: string, };
export type DiscardImportRequest = { 
/**
 * Import.
 */
importId: ImportId, };
export type DiscardPhotosRequest = { 
/**
 * Batch.
 */
batchId: PhotoBatchId, };
export type DistrictView = { 
/**
 * 6 digits.
 */
code: string, 
/**
 * Name.
 */
name: string, 
/**
 * Number of its schools.
 */
schools: number, };
export type DoctorImportRequest = { 
/**
 * Import.
 */
importId: ImportId, 
/**
 * Only this row, as Excel shows it.
 */
row?: number, 
/**
 * Only rows after this one.
 */
after?: number, 
/**
 * Rows, 1–500; 50 when absent.
 */
limit?: number, };
export type DoctorImportResponse = { 
/**
 * Rows of all pages.
 */
total: number, 
/**
 * Rows of this page, rising.
 */
rows: Array<DoctorRow>, 
/**
 * `after` of the next page; absent on the last.
 */
next?: number, };
export type DoctorProposal = { 
/**
 * Who knows it.
 */
source: DoctorSource, 
/**
 * Its full number.
 */
number: string, 
/**
 * Pupil.
 */
pupilId: PupilId, 
/**
 * Name.
 */
name: string, 
/**
 * School.
 */
schoolId: SchoolId, 
/**
 * Name of the school.
 */
schoolName: string, 
/**
 * True for the school of the import.
 */
sameSchool: boolean, 
/**
 * 一年级 … 九年级.
 */
gradeName: string, 
/**
 * 班级序号.
 */
classNumber: number, 
/**
 * Status of the pupil.
 */
status: PupilStatus, 
/**
 * Its name.
 */
statusName: string, 
/**
 * True when the row states the other gender.
 */
genderDiffers: boolean, };
export type DoctorRow = { 
/**
 * Row as Excel shows it.
 */
row: number, 
/**
 * What the cell of the number shows.
 */
cell: string, 
/**
 * Name in the row, as written.
 */
name: string, 
/**
 * Leading digits that are certain; empty when nothing can be said.
 */
known: string, 
/**
 * How many numbers are possible.
 */
possible: CappedCount, 
/**
 * These numbers when they are 20 or fewer, else none.
 */
candidates: Array<string>, 
/**
 * The number in the row's own 学籍号, when it fits.
 */
fromStudentNumber?: string, 
/**
 * Children on record that fit, by number.
 */
proposals: Array<DoctorProposal>, 
/**
 * True when one that fits is on record where the person may not look.
 */
elsewhere: boolean, 
/**
 * What to do.
 */
message: string, };
export type DoctorSource = "stored";
export type EditClassRequest = { 
/**
 * Class.
 */
id: ClassId, 
/**
 * Version the person saw.
 */
version: number, 
/**
 * 班级昵称.
 */
nickname?: string, 
/**
 * 备注.
 */
remark?: string, };
export type EditImportRequest = { 
/**
 * Import.
 */
importId: ImportId, 
/**
 * Cells; at most 20 000.
 */
edits: Array<CellEdit>, };
export type EditPupilRequest = { 
/**
 * Pupil.
 */
id: PupilId, 
/**
 * Version the person saw.
 */
version: number, 
/**
 * Why; 1–200 characters.
 */
reason: string, 
/**
 * 姓名.
 */
name?: string, 
/**
 * 性别.
 */
gender?: string, 
/**
 * 出生日期, for papers that do not say it.
 */
birthDate?: string, 
/**
 * 证件类型; with `paperNumber`.
 */
paperKind?: string, 
/**
 * 国籍 of a passport; with `paperNumber`.
 */
nationality?: string, 
/**
 * 证件号码.
 */
paperNumber?: string, 
/**
 * 学籍号; blank removes it.
 */
studentNumber?: string, 
/**
 * 家庭住址; blank removes it.
 */
address?: string, 
/**
 * All guardians as they shall be.
 */
guardians?: Array<GuardianInput>, };
export type EditPupilResponse = { 
/**
 * Pupil.
 */
id: PupilId, 
/**
 * Version from now on.
 */
version: number, 
/**
 * Parts that differ from before; none when all was so already.
 */
corrected: Array<RecordPart>, 
/**
 * Warnings about what was written.
 */
problems: Array<Problem>, };
export type EditSchoolRequest = { 
/**
 * School.
 */
id: SchoolId, 
/**
 * Version the person saw.
 */
version: number, 
/**
 * New code: a provisional one is replaced by the national one this way.
 */
code?: string, 
/**
 * New name.
 */
name?: string, 
/**
 * New kind; its ladder is repaired by `grade.createLadder`.
 */
kind?: string, };
export type EnableAccountRequest = { 
/**
 * Account.
 */
id: AccountId, };
export type Encoding = "utf-8" | "gb18030";
export type EnrolmentView = { 
/**
 * School.
 */
schoolId: SchoolId, 
/**
 * Its name.
 */
schoolName: string, 
/**
 * District code.
 */
district: string, 
/**
 * `2026-2027`.
 */
schoolYear: string, 
/**
 * Grade number.
 */
grade: number, 
/**
 * 一年级 … 九年级.
 */
gradeName: string, 
/**
 * 班级序号.
 */
classNumber: number, 
/**
 * 班级昵称.
 */
classNickname?: string, 
/**
 * From; epoch milliseconds.
 */
beginAt: number, 
/**
 * To; none while it lasts.
 */
endAt?: number, 
/**
 * Why it began.
 */
reasonName: string, 
/**
 * What it led to.
 */
outcomeName?: string, };
export type EnteredPupil = { 
/**
 * Pupil.
 */
id: PupilId, 
/**
 * Version from now on.
 */
version: number, 
/**
 * State of the application.
 */
state: ApplicationState, 
/**
 * Its name.
 */
stateName: string, 
/**
 * First save, by the backend's clock (STU-1); epoch milliseconds.
 */
firstSavedAt: number, 
/**
 * 提交时间: latest submission.
 */
submittedAt?: number, 
/**
 * Ids of the guardians, in the order of the form; those with nothing filled in left out.
 */
guardianIds: Array<string>, 
/**
 * Warnings; of a draft also what a submission still needs.
 */
problems: Array<Problem>, 
/**
 * Children on record that may be the same; the district decides.
 */
near: Array<NearMatch>, };
export type ErrorWorkbook = { 
/**
 * Staged file.
 */
blobId: BlobId, 
/**
 * Name under which it is offered.
 */
fileName: string, 
/**
 * Why it is a new workbook and not the person's own.
 */
fresh?: string, };
export type ErrorWorkbookRequest = { 
/**
 * Import.
 */
importId: ImportId, };
export type ExaminePhotoRequest = { 
/**
 * School.
 */
schoolId: SchoolId, 
/**
 * The pupil, once there is one: its own photo is no other's.
 */
pupilId?: PupilId, 
/**
 * Staged file.
 */
blobId: BlobId, };
export type ExaminePhotoResponse = { 
/**
 * A small JPEG in base64.
 */
thumbnail: string, 
/**
 * Bytes of the JPEG.
 */
size: number, 
/**
 * Pixels from left to right.
 */
width: number, 
/**
 * Pixels from top to bottom.
 */
height: number, 
/**
 * Warnings and notes.
 */
problems: Array<Problem>, };
export type ExportAuditRequest = { 
/**
 * First day, `2026-09-01`.
 */
from?: string, 
/**
 * Last day.
 */
to?: string, 
/**
 * District code.
 */
district?: string, };
export type ExportBatchRequest = { 
/**
 * Batch.
 */
id: BatchId, };
export type ExportBatchResponse = { 
/**
 * Id of the staged file.
 */
blobId: BlobId, 
/**
 * Name to save it under.
 */
fileName: string, 
/**
 * The batch.
 */
batch: BatchView, 
/**
 * What was taken out of the batch because it no longer passes the checks.
 */
faults: Array<OrderFault>, };
export type ExportFormat = "xlsx" | "csv";
export type ExportOrdersRequest = { 
/**
 * Filter.
 */
filter: OrderFilter, 
/**
 * Kind of file; a workbook when absent.
 */
format?: ExportFormat, };
export type ExportPupilsRequest = { 
/**
 * As `pupil.list`; its page is of no account.
 */
filter: ListPupilsRequest, 
/**
 * With numbers, dates of birth and phones in clear: for the district and the city.
 */
unmasked: boolean, 
/**
 * Why, when in clear.
 */
reason?: string, };
export type ExportedFile = { 
/**
 * Id of the staged file.
 */
blobId: BlobId, 
/**
 * Name to save it under.
 */
fileName: string, 
/**
 * Rows it holds.
 */
rows: number, };
export type ExtensionFile = "entries" | "records";
export type ExtensionId = string;
export type ExtensionImportMode = "preview" | "valid" | "all";
export type ExtensionOrigin = "result" | "file" | "terminal" | "temporary";
export type ExtensionPolicy = "calendar" | "age";
export type ExtensionRunId = string;
export type ExtensionRunView = { 
/**
 * Id.
 */
id: ExtensionRunId, 
/**
 * District.
 */
district: string, 
/**
 * Its name.
 */
districtName: string, 
/**
 * Day whose rules it followed.
 */
date: string, 
/**
 * Policy that it followed.
 */
policy: ExtensionPolicy, 
/**
 * Its name.
 */
policyName: string, 
/**
 * Entries that it took out.
 */
removed: number, 
/**
 * When; epoch milliseconds.
 */
runAt: number, 
/**
 * Login of who; absent when it ran by itself.
 */
runBy?: string, 
/**
 * Undone at.
 */
undoneAt?: number, 
/**
 * Login of who undid it.
 */
undoneBy?: string, 
/**
 * Entries that came back.
 */
restored: number, 
/**
 * True while it can be undone.
 */
undoable: boolean, };
export type ExtensionSource = "hand" | "import";
export type ExtensionTemplateRequest = { 
/**
 * What the rows become; entries by default.
 */
kind?: ExtensionFile, 
/**
 * District code; may be left out by who has one district only.
 */
district?: string, };
export type ExtensionView = { 
/**
 * Id.
 */
id: ExtensionId, 
/**
 * District whose card office made it.
 */
district: string, 
/**
 * Pupil.
 */
pupilId: PupilId, 
/**
 * Name of the pupil.
 */
pupilName: string, 
/**
 * Masked number of the paper.
 */
paperMasked: string, 
/**
 * School of the pupil now.
 */
schoolId: SchoolId, 
/**
 * Its name.
 */
schoolName: string, 
/**
 * Grade number.
 */
grade: number, 
/**
 * 一年级 … 九年级.
 */
gradeName: string, 
/**
 * 班级序号.
 */
classNumber: number, 
/**
 * Status of the pupil.
 */
status: PupilStatus, 
/**
 * Its name.
 */
statusName: string, 
/**
 * Card number.
 */
cardNo?: string, 
/**
 * Why it was made.
 */
reason: string, 
/**
 * How it came into the list.
 */
source: ExtensionSource, 
/**
 * The same in words.
 */
sourceName: string, 
/**
 * Made at; epoch milliseconds.
 */
madeAt: number, 
/**
 * Login of who made it.
 */
madeBy: string, 
/**
 * Last day of its own.
 */
expiresOn?: string, 
/**
 * First day on which it is no longer in the list, as things are now.
 */
leavesOn?: string, 
/**
 * Why it leaves, or left.
 */
leaveReason?: LeaveReason, 
/**
 * The same in words: `初三毕业`, `状态不正常（休学）`.
 */
leaveReasonName?: string, 
/**
 * Left at; epoch milliseconds.
 */
leftAt?: number, };
export type FailLinesRequest = { 
/**
 * Batch.
 */
id: BatchId, 
/**
 * Numbers of lines without a result.
 */
numbers: number[], 
/**
 * Why: the school and the district read it.
 */
reason: string, };
export type FileFormat = "xlsx" | "csv";
export type FindCardRequest = { 
/**
 * E卡通号, 卡序列号 (letters in any case) or 市民卡卡号.
 */
number: string, };
export type FindCardResponse = { 
/**
 * One as a rule; none when there is none, or none that the person may see.
 */
items: Array<CardView>, };
export type FindPupilRequest = { 
/**
 * Resident ID number, or another paper's number; a passport as `USA:123456789`.
 */
idNumber: string, };
export type FindPupilResponse = { 
/**
 * The pupil, if the person may see it.
 */
pupil?: PupilView, 
/**
 * True when the child is on record where the person may not look.
 */
elsewhere: boolean, };
export type Gender = "male" | "female";
export type GetSchoolRequest = { 
/**
 * School.
 */
id: SchoolId, };
export type GradeCell = { 
/**
 * 1–9.
 */
number: number, 
/**
 * 一年级 … 九年级.
 */
name: string, 
/**
 * How it stands.
 */
state: GradeState, 
/**
 * The grade, if it is there.
 */
gradeId?: GradeId, 
/**
 * Graduating, as it is, or as it should be when missing.
 */
graduating: boolean, 
/**
 * Promoted by hand, likewise.
 */
manualPromotion: boolean, 
/**
 * Number of classes.
 */
classes: number, 
/**
 * What is wrong.
 */
wrong?: string, };
export type GradeCount = { 
/**
 * Grade number.
 */
grade: number, 
/**
 * 一年级 … 九年级.
 */
gradeName: string, 
/**
 * Classes.
 */
classes: number, 
/**
 * Pupils.
 */
pupils: number, };
export type GradeId = string;
export type GradeMatrixRequest = { 
/**
 * Only of this district.
 */
district?: string, 
/**
 * Part of the school's name, or start of its code.
 */
text?: string, 
/**
 * `next` of the page before.
 */
after?: string, 
/**
 * Schools of the page, 1–500; 50 by default.
 */
limit?: number, };
export type GradeMatrixResponse = { 
/**
 * Schools.
 */
items: Array<MatrixRow>, 
/**
 * Where the next page begins.
 */
next?: string, };
export type GradeState = "present" | "missing" | "wrong" | "extra" | "none";
export type GradeView = { 
/**
 * Id.
 */
id: GradeId, 
/**
 * 1–9.
 */
number: number, 
/**
 * 一年级 … 九年级.
 */
name: string, 
/**
 * Pupils leave the school after it.
 */
graduating: boolean, 
/**
 * Promotion is started by a person.
 */
manualPromotion: boolean, };
export type GrantInput = { 
/**
 * Role.
 */
role: Role, 
/**
 * District code; absent for the whole city.
 */
district?: string, 
/**
 * School.
 */
schoolId?: SchoolId, };
export type GrantView = { 
/**
 * Role.
 */
role: Role, 
/**
 * District code; absent for the whole city.
 */
district?: string, 
/**
 * Name of the district.
 */
districtName?: string, 
/**
 * School.
 */
schoolId?: SchoolId, 
/**
 * Name of the school.
 */
schoolName?: string, };
export type GuardianForm = { 
/**
 * One on record; a new one without.
 */
id?: string, 
/**
 * 家长姓名.
 */
name?: string, 
/**
 * 家长关系, a name or code of GB/T 4761.
 */
relation?: string, 
/**
 * 家长电话: mobile; a landline or a number abroad with a warning.
 */
phone?: string, 
/**
 * Kind of the guardian's own paper; 居民身份证 when empty.
 */
paperKind?: string, 
/**
 * 国籍 of a passport.
 */
nationality?: string, 
/**
 * Number of the guardian's own paper.
 */
paperNumber?: string, 
/**
 * 银行卡号.
 */
bankCard?: string, };
export type GuardianInReview = { 
/**
 * Name.
 */
name: string, 
/**
 * 父亲, 母亲 and the like.
 */
relationName?: string, 
/**
 * Phone.
 */
phone?: string, 
/**
 * Number of the guardian's own paper.
 */
paperNumber?: string, 
/**
 * Bank card (STU-7).
 */
bankCard?: string, };
export type GuardianInput = { 
/**
 * One of the pupil's; a new one without.
 */
id?: string, 
/**
 * 家长姓名.
 */
name: string, 
/**
 * 家长关系, a name or code of GB/T 4761.
 */
relation?: string, 
/**
 * 家长手机; absent keeps it, blank removes it.
 */
phone?: string, };
export type GuardianView = { 
/**
 * Id.
 */
id: string, 
/**
 * Name.
 */
name: string, 
/**
 * GB/T 4761 code.
 */
relation?: Relation, 
/**
 * Its name.
 */
relationName?: string, 
/**
 * Masked phone.
 */
phoneMasked?: string, 
/**
 * Masked number of the guardian's own paper.
 */
paperMasked?: string, 
/**
 * Masked number of the bank card (STU-7).
 */
bankCardMasked?: string, };
export type HeldImportRequest = { 
/**
 * Import.
 */
importId: ImportId, };
export type HeldImportResponse = { 
/**
 * Records that it takes back.
 */
free: number, 
/**
 * Records that have moved on.
 */
heldTotal: number, 
/**
 * The first 200 of these.
 */
held: Array<HeldView>, };
export type HeldView = { 
/**
 * Row of the file as Excel shows it.
 */
row: number, 
/**
 * Name of the pupil or class.
 */
name: string, 
/**
 * `七年级 3 班`; empty for classes.
 */
where: string, 
/**
 * What holds it.
 */
reasons: Array<string>, };
export type HomeSummaryRequest = Record<symbol, never>;
export type HomeSummaryResponse = { 
/**
 * What waits, for this person's work.
 */
todos: Array<TodoItem>, 
/**
 * The first steps, for those who manage classes, until all are done.
 */
setup?: SetupSteps, 
/**
 * Latest imports within the reach.
 */
recentImports: Array<ImportSummary>, 
/**
 * The last 14 days; empty for those who see no orders.
 */
confirmedPerDay: Array<DayCount>, };
export type ImportChange = { 
/**
 * Counts after it.
 */
summary: ImportSummary, 
/**
 * Problems by kind after it.
 */
groups: Array<ProblemGroup>, 
/**
 * Cells that it changed.
 */
changed: number, 
/**
 * Rows that it changed, 200 at most; their `index` counts all rows.
 */
rows: Array<ImportRowView>, };
export type ImportColumn = { 
/**
 * Key: `name`, `paperNumber`, ….
 */
key: string, 
/**
 * Heading of the template.
 */
heading: string, 
/**
 * Column letter in the file; absent when the file lacks it.
 */
letter?: string, };
export type ImportExtensionsRequest = { 
/**
 * Staged file.
 */
blobId: BlobId, 
/**
 * Name of the file; its extension must not contradict its content.
 */
fileName: string, 
/**
 * What the rows become; entries by default.
 */
kind?: ExtensionFile, 
/**
 * District code; may be left out by who has one district only.
 */
district?: string, 
/**
 * What is done with them; by default nothing is written.
 */
mode?: ExtensionImportMode, };
export type ImportExtensionsResponse = { 
/**
 * What the rows become.
 */
kind: ExtensionFile, 
/**
 * Data rows.
 */
rows: number, 
/**
 * Rows that would be, or were, added.
 */
added: number, 
/**
 * Rows that say what is on record.
 */
unchanged: number, 
/**
 * Rows with errors: nothing of them is written.
 */
errors: number, 
/**
 * True when it was written.
 */
committed: boolean, 
/**
 * Problems with their cells, at most 500, and notes on the file.
 */
problems: Array<Problem>, };
export type ImportGuide = { 
/**
 * Name of the school.
 */
schoolName: string, 
/**
 * Data rows that a file may have.
 */
rowLimit: number, 
/**
 * The columns in order.
 */
columns: Array<TemplateColumnGuide>, 
/**
 * Rules for the file as a whole.
 */
rules: Array<string>, 
/**
 * The school's open classes by grade and number.
 */
classes: Array<ClassGuide>, };
export type ImportGuideRequest = { 
/**
 * School.
 */
schoolId: SchoolId, 
/**
 * What the rows become; pupils by default.
 */
kind?: ImportOf, };
export type ImportId = string;
export type ImportOf = "new_pupils" | "classes" | "registrations";
export type ImportPhotosRequest = { 
/**
 * Batch.
 */
batchId: PhotoBatchId, 
/**
 * Numbers of files that a person chose where one had to choose: instead of the
 * present photo, or of several.
 */
take: Array<number>, 
/**
 * Numbers of files that are not to be imported.
 */
leave?: Array<number>, };
export type ImportPhotosResponse = { 
/**
 * The batch after it.
 */
batch: PhotoBatch, 
/**
 * Pupils who have a photo now and had none.
 */
added: number, 
/**
 * Pupils whose photo gave way to a new one.
 */
replaced: number, 
/**
 * Files that could have been imported and were not, as the person wanted.
 */
left: number, 
/**
 * Pupils left alone as something changed since the preview; at most 200.
 */
problems: Array<SubjectProblem>, };
export type ImportRowView = { 
/**
 * Position in the current filter, from 0.
 */
index: number, 
/**
 * Row as Excel shows it.
 */
row: number, 
/**
 * `valid`, `warning`, `error`, `committed`, `undone`.
 */
state: "valid" | "warning" | "error" | "committed" | "undone", 
/**
 * Cells in the order of the columns, as they stand now.
 */
cells: Array<string>, 
/**
 * Columns that a person corrected, by their place in `columns`, from 0.
 */
edited: Array<number>, 
/**
 * Problems of the row.
 */
problems: Array<Problem>, };
export type ImportRowsRequest = { 
/**
 * Import.
 */
importId: ImportId, 
/**
 * First position, from 0.
 */
start: number, 
/**
 * Rows, 1–500.
 */
limit: number, 
/**
 * Only rows with problems; positions then count these only.
 */
onlyProblems?: boolean, };
export type ImportRowsResponse = { 
/**
 * Rows of the whole filter.
 */
total: number, 
/**
 * Rows of the window.
 */
rows: Array<ImportRowView>, };
export type ImportState = "reading" | "preview" | "partly" | "committed" | "undone" | "discarded";
export type ImportSummary = { 
/**
 * Id.
 */
id: ImportId, 
/**
 * What the rows become.
 */
kind: ImportOf, 
/**
 * Its name.
 */
kindName: string, 
/**
 * School.
 */
schoolId: SchoolId, 
/**
 * Its name.
 */
schoolName: string, 
/**
 * Name of the file.
 */
fileName: string, 
/**
 * SHA-256 of the file, in hexadecimal digits.
 */
fileSha256: string, 
/**
 * Where it stands.
 */
state: ImportState, 
/**
 * Its name.
 */
stateName: string, 
/**
 * Sheet that was read.
 */
sheet: string, 
/**
 * Row of the headings as Excel shows it.
 */
headingRow: number, 
/**
 * Data rows.
 */
rows: number, 
/**
 * Rows without an error, committed ones included.
 */
valid: number, 
/**
 * Rows that a commit would write now.
 */
ready: number, 
/**
 * Rows with an error.
 */
errors: number, 
/**
 * Rows with a warning and no error.
 */
warnings: number, 
/**
 * Rows whose child is twice in the file or on record.
 */
duplicates: number, 
/**
 * Rows that are on record through this import.
 */
committed: number, 
/**
 * Rows that were taken back.
 */
undone: number, 
/**
 * Corrections that can be taken back.
 */
undoable: number, 
/**
 * Corrections that can be done again.
 */
redoable: number, 
/**
 * When; epoch milliseconds, like the others.
 */
createdAt: number, 
/**
 * Login of who.
 */
createdBy: string, 
/**
 * Committed at.
 */
committedAt?: number, 
/**
 * Submitted at.
 */
submittedAt?: number, 
/**
 * Taken back at.
 */
undoneAt?: number, 
/**
 * Rows forgotten at: only the counts are left.
 */
purgedAt?: number, 
/**
 * Columns of the template.
 */
columns: Array<ImportColumn>, 
/**
 * Problems of the file as a whole.
 */
fileProblems: Array<Problem>, 
/**
 * What a workbook that came back changed; only in the answer to reading it.
 */
reread?: Reread, };
export type ImportTemplateRequest = { 
/**
 * School.
 */
schoolId: SchoolId, 
/**
 * What the rows become; pupils by default.
 */
kind?: ImportOf, };
export type InvalidateCardRequest = { 
/**
 * Card.
 */
id: CardId, 
/**
 * Why.
 */
reason: string, };
export type LadderChange = { 
/**
 * School.
 */
schoolId: SchoolId, 
/**
 * Its name.
 */
schoolName: string, 
/**
 * Grade number.
 */
number: number, 
/**
 * Name of the grade.
 */
name: string, 
/**
 * What is done.
 */
change: LadderChangeKind, 
/**
 * Graduating afterwards.
 */
graduating: boolean, 
/**
 * Promoted by hand afterwards.
 */
manualPromotion: boolean, 
/**
 * What was wrong, or why it is blocked.
 */
reason?: string, };
export type LadderChangeKind = "create" | "correct" | "remove" | "blocked";
export type LadderResponse = { 
/**
 * Changes by school and grade; empty when all ladders are complete.
 */
changes: Array<LadderChange>, 
/**
 * Schools looked at.
 */
schools: number, };
export type LeaveReason = "expired" | "graduated" | "not_normal" | "month_passed";
export type LeavingCount = { 
/**
 * Reason.
 */
reason: LeaveReason, 
/**
 * Its name.
 */
name: string, 
/**
 * Entries.
 */
count: number, };
export type LineResult = "waiting" | "made" | "failed";
export type ListAccountsRequest = { 
/**
 * Part of login or name.
 */
text?: string, 
/**
 * Only with this role.
 */
role?: Role, 
/**
 * `next` of the page before.
 */
after?: string, 
/**
 * Rows of the page, 1–500; 50 by default.
 */
limit?: number, };
export type ListAccountsResponse = { 
/**
 * Accounts.
 */
items: Array<AccountView>, 
/**
 * Where the next page begins.
 */
next?: string, };
export type ListAuditRequest = { 
/**
 * Login, exactly.
 */
login?: string, 
/**
 * Operation (`class.create`) or its noun (`class`).
 */
op?: string, 
/**
 * `done` or `refused`.
 */
outcome?: string, 
/**
 * District code.
 */
district?: string, 
/**
 * First day, `2026-09-01`.
 */
from?: string, 
/**
 * Last day.
 */
to?: string, 
/**
 * `next` of the page before.
 */
after?: string, 
/**
 * Rows of the page, 1–500; 50 by default.
 */
limit?: number, };
export type ListAuditResponse = { 
/**
 * Entries, newest first.
 */
items: Array<AuditView>, 
/**
 * Where the next page begins.
 */
next?: string, };
export type ListBatchesRequest = { 
/**
 * District code.
 */
district?: string, 
/**
 * State.
 */
state?: BatchState, 
/**
 * True for those alone that are at the bureau longer than the district allows.
 */
overdue?: boolean, 
/**
 * `next` of the page before.
 */
after?: string, 
/**
 * Rows of the page, 1–500; 50 by default.
 */
limit?: number, };
export type ListBatchesResponse = { 
/**
 * Batches.
 */
items: Array<BatchView>, 
/**
 * Where the next page begins.
 */
next?: string, };
export type ListClassesRequest = { 
/**
 * School.
 */
schoolId: SchoolId, 
/**
 * `2026-2027`; the school's current year when absent.
 */
schoolYear?: string, 
/**
 * Only of this grade number.
 */
grade?: number, };
export type ListClassesResponse = { 
/**
 * Classes.
 */
items: Array<ClassView>, 
/**
 * The year they belong to.
 */
schoolYear: string, };
export type ListDistrictsRequest = Record<symbol, never>;
export type ListDistrictsResponse = { 
/**
 * Districts.
 */
items: Array<DistrictView>, };
export type ListExtensionRunsRequest = { 
/**
 * Only of this district.
 */
district?: string, 
/**
 * `next` of the page before.
 */
after?: string, 
/**
 * Rows of the page, 1–500; 50 by default.
 */
limit?: number, };
export type ListExtensionRunsResponse = { 
/**
 * Cleanings.
 */
items: Array<ExtensionRunView>, 
/**
 * Where the next page begins.
 */
next?: string, };
export type ListExtensionsRequest = { 
/**
 * Only of this district.
 */
district?: string, 
/**
 * Only of pupils now at this school.
 */
schoolId?: SchoolId, 
/**
 * Start of a name, a whole number of a paper, or a card number.
 */
text?: string, 
/**
 * Those that left with this cleaning instead of those in the list.
 */
runId?: ExtensionRunId, 
/**
 * `next` of the page before.
 */
after?: string, 
/**
 * Rows of the page, 1–500; 50 by default.
 */
limit?: number, };
export type ListExtensionsResponse = { 
/**
 * Entries.
 */
items: Array<ExtensionView>, 
/**
 * Where the next page begins.
 */
next?: string, 
/**
 * How many fit.
 */
total: CappedCount, };
export type ListGradesRequest = { 
/**
 * School.
 */
schoolId: SchoolId, };
export type ListGradesResponse = { 
/**
 * Grades.
 */
items: Array<GradeView>, };
export type ListImportsRequest = { 
/**
 * Only of this school.
 */
schoolId?: SchoolId, 
/**
 * Only in this state.
 */
state?: ImportState, 
/**
 * Only of this kind.
 */
kind?: ImportOf, 
/**
 * `next` of the page before.
 */
after?: string, 
/**
 * Rows of the page, 1–500; 50 by default.
 */
limit?: number, };
export type ListImportsResponse = { 
/**
 * Imports.
 */
items: Array<ImportSummary>, 
/**
 * Where the next page begins.
 */
next?: string, };
export type ListMismatchesRequest = { 
/**
 * District code.
 */
district?: string, 
/**
 * School.
 */
schoolId?: SchoolId, 
/**
 * `next` of the page before.
 */
after?: string, 
/**
 * Rows, at most 500.
 */
limit?: number, };
export type ListMismatchesResponse = { 
/**
 * Orders, by pupil.
 */
items: Array<MismatchView>, 
/**
 * For the next page.
 */
next?: string, };
export type ListMovesResponse = { 
/**
 * Registrations or transfers.
 */
items: Array<MoveView>, 
/**
 * Where the next page begins.
 */
next?: string, 
/**
 * How many fit, counted up to 1000.
 */
count: CappedCount, };
export type ListOrdersRequest = { 
/**
 * Filter.
 */
filter: OrderFilter, 
/**
 * `next` of the page before.
 */
after?: string, 
/**
 * Rows of the page, 1–500; 50 by default.
 */
limit?: number, };
export type ListOrdersResponse = { 
/**
 * Orders: the confirmed ones by confirmation time, newest first, then the others.
 */
items: Array<OrderView>, 
/**
 * Where the next page begins.
 */
next?: string, };
export type ListPhotosRequest = { 
/**
 * School.
 */
schoolId: SchoolId, 
/**
 * Only those without a photo.
 */
missing?: boolean, 
/**
 * `next` of the page before.
 */
after?: string, 
/**
 * Rows of the page, 1–100; 40 by default.
 */
limit?: number, };
export type ListPhotosResponse = { 
/**
 * Pupils.
 */
items: Array<PupilPhoto>, 
/**
 * Where the next page begins.
 */
next?: string, };
export type ListPupilsRequest = { 
/**
 * Only of this district.
 */
district?: string, 
/**
 * Only of this school.
 */
schoolId?: SchoolId, 
/**
 * Only of this grade number.
 */
grade?: number, 
/**
 * Only of classes with this number.
 */
classNumber?: number, 
/**
 * Start of the name.
 */
name?: string, 
/**
 * What the search box takes: part of a name or of its pinyin, a whole number (of a
 * paper, a 学籍号, a guardian's phone), or a class as `7-3`.
 */
text?: string, 
/**
 * State of the latest application.
 */
applicationState?: ApplicationState, 
/**
 * Only those that this import wrote.
 */
importId?: ImportId, 
/**
 * The recycle bin: the deleted pupils, and no others.
 */
deleted?: boolean, 
/**
 * `next` of the page before.
 */
after?: string, 
/**
 * Rows of the page, 1–500; 50 by default.
 */
limit?: number, };
export type ListPupilsResponse = { 
/**
 * Pupils.
 */
items: Array<PupilView>, 
/**
 * Where the next page begins.
 */
next?: string, 
/**
 * How many fit, counted up to 1000.
 */
count: CappedCount, };
export type ListRegistrationsRequest = { 
/**
 * `in`: to these schools (default); `out`: from them.
 */
side?: MoveSide, 
/**
 * Only of this district.
 */
district?: string, 
/**
 * Only of this school.
 */
schoolId?: SchoolId, 
/**
 * Only in this state.
 */
state?: ApplicationState, 
/**
 * Only those that this import wrote.
 */
importId?: ImportId, 
/**
 * `next` of the page before.
 */
after?: string, 
/**
 * Rows of the page, 1–500; 50 by default.
 */
limit?: number, };
export type ListReviewRequest = { 
/**
 * Filter.
 */
filter?: ReviewFilter, 
/**
 * `next` of the page before.
 */
after?: string, 
/**
 * Rows of the page, 1–500; 50 by default.
 */
limit?: number, };
export type ListReviewResponse = { 
/**
 * Applications.
 */
items: Array<ApplicationView>, 
/**
 * Where the next page begins.
 */
next?: string, 
/**
 * How many fit, counted up to 1000.
 */
count: CappedCount, 
/**
 * Reasons to choose from when some are returned: those of the first one's district.
 */
reasons: Array<string>, };
export type ListSchoolsRequest = { 
/**
 * Only of this district.
 */
district?: string, 
/**
 * Part of the name, or start of the code.
 */
text?: string, 
/**
 * `next` of the page before.
 */
after?: string, 
/**
 * Rows of the page, 1–500; 50 by default.
 */
limit?: number, };
export type ListSchoolsResponse = { 
/**
 * Schools.
 */
items: Array<SchoolView>, 
/**
 * Where the next page begins.
 */
next?: string, };
export type ListSettingsRequest = { 
/**
 * District code; absent for the city's.
 */
district?: string, };
export type ListSettingsResponse = { 
/**
 * Settings; of a district only those it may set.
 */
items: Array<SettingView>, };
export type ListTemplatesRequest = { 
/**
 * District code.
 */
district: string, };
export type ListTemplatesResponse = { 
/**
 * The district's own by name, then those that are shipped and not replaced by one of
 * the same name.
 */
items: Array<CardTemplateView>, 
/**
 * What a column can hold.
 */
sources: Array<SourceChoice>, };
export type ListTerminalRecordsRequest = { 
/**
 * Number of the card in any case.
 */
number: string, };
export type ListTerminalRecordsResponse = { 
/**
 * Number in upper case.
 */
cardNo: string, 
/**
 * Records, newest first, at most 500.
 */
items: Array<TerminalRecordView>, };
export type ListTransfersRequest = { 
/**
 * `in`: to these schools (default); `out`: from them.
 */
side?: MoveSide, 
/**
 * Only of this district.
 */
district?: string, 
/**
 * Only of this school.
 */
schoolId?: SchoolId, 
/**
 * Only in this state.
 */
state?: ApplicationState, 
/**
 * `next` of the page before.
 */
after?: string, 
/**
 * Rows of the page, 1–500; 50 by default.
 */
limit?: number, };
export type LoseCardRequest = { 
/**
 * Card.
 */
id: CardId, 
/**
 * Why.
 */
reason: string, };
export type MaskedField = "paper" | "birthDate" | "studentNumber" | "address" | "phones" | "guardianPapers" | "bankCards";
export type MatrixRow = { 
/**
 * School.
 */
school: SchoolView, 
/**
 * Grades 1 to 9.
 */
grades: Array<GradeCell>, 
/**
 * True when nothing is to be repaired.
 */
complete: boolean, };
export type Mend = "pupil" | "photo" | "school" | "order" | "template";
export type MismatchCause = "order_district" | "order_school" | "order_class" | "pupil_district" | "pupil_school" | "application_district";
export type MismatchFault = { 
/**
 * What.
 */
cause: MismatchCause, 
/**
 * Its name.
 */
causeName: string, 
/**
 * Where, and what stands against it.
 */
message: string, };
export type MismatchView = { 
/**
 * Order.
 */
id: OrderId, 
/**
 * Pupil.
 */
pupilId: PupilId, 
/**
 * Name.
 */
pupilName: string, 
/**
 * 一年级 … 九年级.
 */
gradeName: string, 
/**
 * 班级序号.
 */
classNumber: number, 
/**
 * State.
 */
state: OrderState, 
/**
 * Its name.
 */
stateName: string, 
/**
 * The place that the order has.
 */
place: PlaceView, 
/**
 * The place that it gets.
 */
right: PlaceView, 
/**
 * Everything that does not fit.
 */
faults: Array<MismatchFault>, 
/**
 * Why it is not corrected here, and what to do instead.
 */
obstacle?: string, };
export type MoveSide = "in" | "out";
export type MoveView = { 
/**
 * Id.
 */
id: ApplicationId, 
/**
 * `registration`, `transfer_in`.
 */
kind: ApplicationKind, 
/**
 * Its name.
 */
kindName: string, 
/**
 * State.
 */
state: ApplicationState, 
/**
 * Its name; a transfer has words of its own.
 */
stateName: string, 
/**
 * Grows with each step.
 */
version: number, 
/**
 * Pupil, once the person may see it.
 */
pupilId?: PupilId, 
/**
 * Name: as on record where the person may see the pupil; else as the new school wrote it, or masked.
 */
name: string, 
/**
 * The name on record, when it differs from the one that the new school wrote and the person may see it.
 */
recordedName?: string, 
/**
 * True when the two names differ.
 */
nameDiffers: boolean, 
/**
 * Masked number of the paper; empty where the person may not know it yet.
 */
paperMasked: string, 
/**
 * District that it comes to.
 */
district: string, 
/**
 * School that it comes to.
 */
schoolId: SchoolId, 
/**
 * Name of that school.
 */
schoolName: string, 
/**
 * Grade number there.
 */
grade: number, 
/**
 * 一年级 … 九年级.
 */
gradeName: string, 
/**
 * 班级序号 there.
 */
classNumber: number, 
/**
 * School that it comes from.
 */
fromSchoolId: SchoolId, 
/**
 * Name of that school.
 */
fromSchoolName: string, 
/**
 * Class that it comes from: 六年级 2 班.
 */
fromClass: string, 
/**
 * Why the new school asks.
 */
reason?: string, 
/**
 * First save; epoch milliseconds, like the others.
 */
firstSavedAt: number, 
/**
 * Latest submission; for a transfer the moment of the release.
 */
submittedAt?: number, 
/**
 * 区审核通过时间.
 */
approvedAt?: number, 
/**
 * Why it was returned or refused.
 */
returnedReason?: string, };
export type NearMatch = { 
/**
 * Pupil, if the person may see it.
 */
pupilId?: PupilId, 
/**
 * Name.
 */
name: string, 
/**
 * Gender.
 */
gender?: Gender, 
/**
 * Year of birth; the day is that of the other record, or they would not be near.
 */
birthYear?: number, 
/**
 * Name of the kind of paper.
 */
paperKindName: string, 
/**
 * Number of the paper: masked, but for a reviewer within whose reach it is.
 */
paper: string, 
/**
 * Name of the first guardian.
 */
guardianName?: string, 
/**
 * Phone of that guardian, masked like the paper.
 */
guardianPhone?: string, 
/**
 * District, if the person may see it, like what follows.
 */
district?: string, 
/**
 * School.
 */
schoolName?: string, 
/**
 * 七年级 3 班.
 */
className?: string, 
/**
 * State of the latest application.
 */
applicationStateName?: string, 
/**
 * First save of it; epoch milliseconds.
 */
firstSavedAt?: number, };
export type NextProblemRequest = { 
/**
 * Import.
 */
importId: ImportId, 
/**
 * Row as Excel shows it; 0 for the start.
 */
afterRow: number, 
/**
 * Backwards.
 */
backwards?: boolean, 
/**
 * Whether the answer's position counts only rows with problems.
 */
onlyProblems?: boolean, };
export type NextProblemResponse = { 
/**
 * Row as Excel shows it.
 */
row?: number, 
/**
 * Its position in the filter.
 */
index?: number, 
/**
 * Letter of the first bad column.
 */
column?: string, };
export type OpenImportRequest = { 
/**
 * Import.
 */
importId: ImportId, };
export type OpenPupilRequest = { 
/**
 * Pupil.
 */
id: PupilId, };
export type OpenedPupil = { 
/**
 * Pupil.
 */
id: PupilId, 
/**
 * Version of the record; a save names it.
 */
version: number, 
/**
 * School.
 */
schoolId: SchoolId, 
/**
 * Name of the school.
 */
schoolName: string, 
/**
 * What was filled in.
 */
form: PupilForm, 
/**
 * The photo that it has.
 */
photo?: PhotoView, 
/**
 * State.
 */
state: ApplicationState, 
/**
 * Its name.
 */
stateName: string, 
/**
 * Steps that the school can take now.
 */
steps: Array<ApplicationStep>, 
/**
 * First save; epoch milliseconds, like the others.
 */
firstSavedAt: number, 
/**
 * 提交时间: latest submission.
 */
submittedAt?: number, 
/**
 * Latest return.
 */
returnedAt?: number, 
/**
 * Why it was returned.
 */
returnedReason?: string, };
export type OrderCardView = { 
/**
 * Id.
 */
id: CardId, 
/**
 * E卡通号.
 */
cardNo: string, 
/**
 * Name of its state.
 */
stateName: string, };
export type OrderDate = "requested" | "approved" | "returned";
export type OrderEventView = { 
/**
 * Its name.
 */
stepName: string, 
/**
 * State after it.
 */
state: OrderState, 
/**
 * Name of that.
 */
stateName: string, 
/**
 * When; epoch milliseconds.
 */
at: number, 
/**
 * Who.
 */
by: string, 
/**
 * Why.
 */
reason?: string, };
export type OrderFault = { 
/**
 * Where it is mended.
 */
mend: Mend, 
/**
 * Name of that.
 */
mendName: string, 
/**
 * Order.
 */
orderId: OrderId, 
/**
 * Pupil.
 */
pupilId: PupilId, 
/**
 * Name of the pupil.
 */
pupilName: string, 
/**
 * Name of the school.
 */
schoolName: string, 
/**
 * 一年级 … 九年级.
 */
gradeName: string, 
/**
 * 班级序号.
 */
classNumber: number, 
/**
 * Stable code, `noun.what`; never renamed.
 */
code: Code, 
/**
 * Whether it stops the work.
 */
severity: Severity, 
/**
 * Field of the request, in the request's own spelling; absent for places in a workbook.
 */
field?: string, 
/**
 * What is wrong, in Chinese, complete in itself.
 */
message: string, 
/**
 * What to write instead, exactly as it should be typed.
 */
suggestion?: string, 
/**
 * Name of the sheet.
 */
sheet?: string, 
/**
 * Row number as Excel shows it, from 1.
 */
row?: number, 
/**
 * Column letter as Excel shows it: `A`, `AB`.
 */
column?: string, 
/**
 * Heading of the column.
 */
heading?: string, };
export type OrderFilter = { 
/**
 * First day, `2026-09-01`.
 */
confirmedFrom?: string, 
/**
 * Last day.
 */
confirmedTo?: string, 
/**
 * District code.
 */
district?: string, 
/**
 * School.
 */
schoolId?: SchoolId, 
/**
 * Grade number.
 */
grade?: number, 
/**
 * 班级序号.
 */
classNumber?: number, 
/**
 * State.
 */
state?: OrderState, 
/**
 * Start of a name, or a whole paper number.
 */
text?: string, 
/**
 * A second date that narrows: its range stands in the next two.
 */
otherDate?: OrderDate, 
/**
 * First day of it.
 */
otherFrom?: string, 
/**
 * Last day of it.
 */
otherTo?: string, };
export type OrderId = string;
export type OrderKind = "new" | "replacement" | "exchange";
export type OrderPage = { 
/**
 * The order.
 */
order: OrderView, 
/**
 * Its steps, oldest first.
 */
events: Array<OrderEventView>, 
/**
 * The card that was made for it.
 */
card?: OrderCardView, 
/**
 * The card that it replaces.
 */
oldCard?: OrderCardView, 
/**
 * What keeps it out of a production file; empty once it is in one.
 */
faults: Array<OrderFault>, };
export type OrderState = "draft" | "requested" | "approved" | "confirmed" | "in_production" | "produced" | "delivered" | "returned" | "failed" | "cancelled";
export type OrderStep = "save" | "request" | "approve" | "confirm" | "withdraw" | "return" | "batch" | "release" | "make" | "fail" | "retry" | "deliver" | "cancel" | "correct";
export type OrderStepView = { 
/**
 * Its name.
 */
name: string, 
/**
 * When; epoch milliseconds.
 */
at: number, 
/**
 * Who.
 */
by: string, 
/**
 * Why.
 */
reason?: string, };
export type OrderTotalsRequest = { 
/**
 * First day of confirmation, `2026-09-01`; without range all orders, also the unconfirmed.
 */
confirmedFrom?: string, 
/**
 * Last day.
 */
confirmedTo?: string, 
/**
 * District code.
 */
district?: string, 
/**
 * School.
 */
schoolId?: SchoolId, 
/**
 * `next` of the page before.
 */
after?: string, 
/**
 * Schools of the page, 1–500; 50 by default.
 */
limit?: number, };
export type OrderTotalsResponse = { 
/**
 * All orders of the range within the reach.
 */
orders: number, 
/**
 * By state, in the order of an order's life.
 */
states: Array<StateTotal>, 
/**
 * By school, in the order of their codes.
 */
items: Array<OrdersOfSchool>, 
/**
 * Where the next page begins.
 */
next?: string, };
export type OrderView = { 
/**
 * Id.
 */
id: OrderId, 
/**
 * Pupil.
 */
pupilId: PupilId, 
/**
 * Name of the pupil.
 */
pupilName: string, 
/**
 * Masked number of the paper.
 */
paperMasked: string, 
/**
 * School at the request.
 */
schoolId: SchoolId, 
/**
 * Its name.
 */
schoolName: string, 
/**
 * District code.
 */
district: string, 
/**
 * Its name.
 */
districtName: string, 
/**
 * Grade number at the request.
 */
grade: number, 
/**
 * 一年级 … 九年级.
 */
gradeName: string, 
/**
 * 班级序号 at the request.
 */
classNumber: number, 
/**
 * 新办, 补办, 换卡.
 */
kind: OrderKind, 
/**
 * Its name.
 */
kindName: string, 
/**
 * State.
 */
state: OrderState, 
/**
 * Its name.
 */
stateName: string, 
/**
 * 申请制卡时间; epoch milliseconds, like the others.
 */
requestedAt?: number, 
/**
 * 区审核通过时间 (CARD-3).
 */
approvedAt?: number, 
/**
 * 确认制卡时间 (CARD-2).
 */
confirmedAt?: number, 
/**
 * 退回时间.
 */
returnedAt?: number, 
/**
 * Why it was returned or withdrawn.
 */
reason?: string, 
/**
 * Why a card is ordered again.
 */
requestReason?: string, 
/**
 * Card that is replaced.
 */
oldCardId?: CardId, 
/**
 * Latest batch.
 */
batchId?: BatchId, 
/**
 * Its number.
 */
batchNo?: string, 
/**
 * E卡通号.
 */
cardNo?: string, 
/**
 * Grows with each step.
 */
version: number, 
/**
 * Steps that the person may take now: the page's buttons.
 */
steps: Array<OrderStep>, };
export type OrdersOfSchool = { 
/**
 * School.
 */
schoolId: SchoolId, 
/**
 * Its code.
 */
schoolCode: string, 
/**
 * Its name.
 */
schoolName: string, 
/**
 * All of them.
 */
orders: number, 
/**
 * By state, in the order of an order's life; empty for a school without orders.
 */
states: Array<StateTotal>, };
export type PackageFile = { 
/**
 * Name inside the package.
 */
name: string, 
/**
 * Bytes.
 */
bytes: number, 
/**
 * SHA-256.
 */
sha256: string, };
export type PaperKind = "resident_id" | "hmt_residence" | "foreign_pr" | "hm_permit" | "tw_permit" | "passport" | "other";
export type Permission = "manage_districts" | "manage_schools" | "manage_settings" | "read_organisation" | "manage_classes" | "enter_pupils" | "review_pupils" | "read_pupils" | "reveal_pupils" | "export_pupils" | "request_orders" | "review_orders" | "confirm_orders" | "correct_orders" | "read_orders" | "manage_batches" | "read_batches" | "manage_cards" | "read_cards" | "manage_extensions" | "read_extensions" | "manage_accounts" | "unlock_accounts" | "read_audit" | "verify_audit" | "read_health" | "run_jobs";
export type PhotoBatch = { 
/**
 * Id.
 */
id: PhotoBatchId, 
/**
 * School.
 */
schoolId: SchoolId, 
/**
 * Name of the folder or file.
 */
source: string, 
/**
 * Where it stands.
 */
state: PhotoBatchState, 
/**
 * Its name.
 */
stateName: string, 
/**
 * When; epoch milliseconds.
 */
createdAt: number, 
/**
 * Files.
 */
total: number, 
/**
 * Files by state; states without files are left out.
 */
counts: Array<PhotoCount>, };
export type PhotoBatchId = string;
export type PhotoBatchState = "open" | "imported" | "discarded";
export type PhotoCount = { 
/**
 * State.
 */
state: PhotoState, 
/**
 * Its name.
 */
stateName: string, 
/**
 * Files.
 */
count: number, };
export type PhotoId = string;
export type PhotoItem = { 
/**
 * Number within the batch, from 1.
 */
number: number, 
/**
 * Its path in the folder: the person's own file, so that it is shown as it is.
 */
path: string, 
/**
 * What becomes of it.
 */
state: PhotoState, 
/**
 * Its name.
 */
stateName: string, 
/**
 * Whose.
 */
pupil?: PhotoPupilView, 
/**
 * The picture, when it can be kept.
 */
photo?: PhotoView, 
/**
 * The pupil's photo as it is now, to be compared with.
 */
current?: PhotoView, 
/**
 * What is wrong, and what to know.
 */
problems: Array<Problem>, };
export type PhotoItemsRequest = { 
/**
 * Batch.
 */
batchId: PhotoBatchId, 
/**
 * Only those in this state.
 */
state?: PhotoState, 
/**
 * Leave the thumbnails out.
 */
plain?: boolean, 
/**
 * `next` of the page before.
 */
after?: string, 
/**
 * Rows of the page, 1–100; 40 by default.
 */
limit?: number, };
export type PhotoItemsResponse = { 
/**
 * The batch.
 */
batch: PhotoBatch, 
/**
 * Files.
 */
items: Array<PhotoItem>, 
/**
 * Where the next page begins.
 */
next?: string, };
export type PhotoNames = "none" | "paper" | "studentNumber" | "oldCard" | "lineNo";
export type PhotoPupilView = { 
/**
 * Pupil.
 */
id: PupilId, 
/**
 * Name.
 */
name: string, 
/**
 * 一年级 … 九年级.
 */
gradeName: string, 
/**
 * 班级序号.
 */
classNumber: number, };
export type PhotoState = "new" | "same" | "differs" | "several" | "unmatched" | "bad" | "repeated" | "imported";
export type PhotoView = { 
/**
 * Photo; of a file that was only looked at, the photo that it becomes.
 */
id: PhotoId, 
/**
 * Bytes of the JPEG.
 */
size: number, 
/**
 * Pixels from left to right.
 */
width: number, 
/**
 * Pixels from top to bottom.
 */
height: number, 
/**
 * When it was taken over; epoch milliseconds.
 */
createdAt: number, 
/**
 * A small JPEG in base64; none when the file is lost.
 */
thumbnail?: string, };
export type PlaceView = { 
/**
 * District code.
 */
district: string, 
/**
 * Its name.
 */
districtName: string, 
/**
 * School.
 */
schoolId: SchoolId, 
/**
 * Its name.
 */
schoolName: string, };
export type PreviewBatchRequest = { 
/**
 * These.
 */
ids?: Array<OrderId>, 
/**
 * All confirmed ones that fit.
 */
filter?: OrderFilter, 
/**
 * Name of the template; the district's first when absent.
 */
template?: string, };
export type PreviewBatchResponse = { 
/**
 * District code.
 */
district: string, 
/**
 * Name of the template.
 */
templateName: string, 
/**
 * Orders that would be in it.
 */
ready: number, 
/**
 * Orders that stay out.
 */
leftOut: number, 
/**
 * Why they stay out, at most 500.
 */
faults: Array<OrderFault>, 
/**
 * Headings of the file.
 */
headings: Array<string>, 
/**
 * Its first rows, paper numbers masked.
 */
rows: Array<Array<string>>, };
export type PreviewExtensionsRequest = { 
/**
 * District code; may be left out by who has one district only.
 */
district?: string, 
/**
 * Day whose rules count; today by default.
 */
date?: string, };
export type PreviewExtensionsResponse = { 
/**
 * District code.
 */
district: string, 
/**
 * Its name.
 */
districtName: string, 
/**
 * Day.
 */
date: string, 
/**
 * Policy of the district.
 */
policy: ExtensionPolicy, 
/**
 * Its name.
 */
policyName: string, 
/**
 * Entries in the list.
 */
checked: number, 
/**
 * Entries that would leave.
 */
leaving: number, 
/**
 * The same by reason.
 */
counts: Array<LeavingCount>, 
/**
 * Those entries, at most 1000, newest first.
 */
items: Array<ExtensionView>, };
export type PreviewImportRequest = { 
/**
 * School.
 */
schoolId: SchoolId, 
/**
 * Staged file.
 */
blobId: BlobId, 
/**
 * Name of the file; its extension must not contradict its content.
 */
fileName: string, 
/**
 * What the rows become; pupils by default.
 */
kind?: ImportOf, 
/**
 * Id that the import shall have, so that a repetition is harmless.
 */
importId?: ImportId, };
export type PreviewLadderRequest = { 
/**
 * All schools of this district.
 */
district?: string, 
/**
 * These schools.
 */
schoolIds?: Array<SchoolId>, };
export type PreviewPhotosRequest = { 
/**
 * School.
 */
schoolId: SchoolId, 
/**
 * Staged packs: zips, or single photos.
 */
blobIds: Array<BlobId>, 
/**
 * Name of the folder or file, for people.
 */
source: string, };
export type PreviewReturnRequest = { 
/**
 * Batch.
 */
id: BatchId, 
/**
 * Staged file.
 */
blobId: BlobId, 
/**
 * Name of the file; its extension must not contradict its content.
 */
fileName: string, };
export type Problem = { 
/**
 * Stable code, `noun.what`; never renamed.
 */
code: Code, 
/**
 * Whether it stops the work.
 */
severity: Severity, 
/**
 * Field of the request, in the request's own spelling; absent for places in a workbook.
 */
field?: string, 
/**
 * What is wrong, in Chinese, complete in itself.
 */
message: string, 
/**
 * What to write instead, exactly as it should be typed.
 */
suggestion?: string, 
/**
 * Name of the sheet.
 */
sheet?: string, 
/**
 * Row number as Excel shows it, from 1.
 */
row?: number, 
/**
 * Column letter as Excel shows it: `A`, `AB`.
 */
column?: string, 
/**
 * Heading of the column.
 */
heading?: string, };
export type ProblemGroup = { 
/**
 * Code.
 */
code: Code, 
/**
 * Severity.
 */
severity: Severity, 
/**
 * Heading of the column.
 */
heading?: string, 
/**
 * Key of the column.
 */
column?: string, 
/**
 * Message of the first.
 */
sample: string, 
/**
 * How many rows.
 */
count: number, 
/**
 * How many of them say what to write instead.
 */
suggested: number, 
/**
 * First row as Excel shows it.
 */
firstRow: number, };
export type ProductionColumn = { 
/**
 * Heading.
 */
heading: string, 
/**
 * What it holds, as `Source::as_str`.
 */
source: Source, 
/**
 * The text of a fixed column.
 */
text?: string, 
/**
 * Code table; empty for our own words.
 */
codes: Array<CodePair>, 
/**
 * True when a row may leave it empty.
 */
mayBeEmpty: boolean, };
export type PupilApplication = { 
/**
 * 新生, 注册报到, 转入.
 */
kindName: string, 
/**
 * School that made it.
 */
schoolName: string, 
/**
 * State, as of the day.
 */
state: ApplicationState, 
/**
 * Its name.
 */
stateName: string, 
/**
 * 电脑, 导入, 移动.
 */
channelName: string, 
/**
 * First save; epoch milliseconds, like the others.
 */
firstSavedAt: number, 
/**
 * 提交时间.
 */
submittedAt?: number, 
/**
 * 区审核通过时间.
 */
approvedAt?: number, 
/**
 * Why it was returned.
 */
returnedReason?: string, };
export type PupilForm = { 
/**
 * 姓名.
 */
name?: string, 
/**
 * 证件类型, a word of `PaperKind` or its name; 居民身份证 when empty.
 */
paperKind?: string, 
/**
 * 国籍 of a passport, 3 letters.
 */
nationality?: string, 
/**
 * 证件号码.
 */
paperNumber?: string, 
/**
 * 性别; filled from a resident number when empty.
 */
gender?: string, 
/**
 * 出生日期; filled from a resident number.
 */
birthDate?: string, 
/**
 * 年级, 1–9.
 */
grade?: string, 
/**
 * 班级序号 in the school's current year.
 */
class?: string, 
/**
 * 学籍号.
 */
studentNumber?: string, 
/**
 * 家庭住址.
 */
address?: string, 
/**
 * 家长; those with nothing filled in do not count.
 */
guardians: Array<GuardianForm>, };
export type PupilId = string;
export type PupilOrderView = { 
/**
 * Id.
 */
id: OrderId, 
/**
 * 新办, 补办, 换卡.
 */
kindName: string, 
/**
 * State after the last step.
 */
state: OrderState, 
/**
 * Its name.
 */
stateName: string, 
/**
 * E卡通号.
 */
cardNumber?: string, 
/**
 * Steps, oldest first.
 */
steps: Array<OrderStepView>, };
export type PupilPage = { 
/**
 * Id.
 */
id: PupilId, 
/**
 * Version of the record as it is today; corrections name it.
 */
version: number, 
/**
 * Name.
 */
name: string, 
/**
 * `male`, `female`.
 */
gender?: Gender, 
/**
 * Year of birth; the day is masked.
 */
birthYear?: number, 
/**
 * Kind of paper.
 */
paperKind: PaperKind, 
/**
 * Name of the kind.
 */
paperKindName: string, 
/**
 * Nationality of a passport.
 */
nationality?: string, 
/**
 * Masked number.
 */
paperMasked: string, 
/**
 * Masked 学籍号.
 */
studentNumberMasked?: string, 
/**
 * True when an address is on record; nothing of it is shown.
 */
hasAddress: boolean, 
/**
 * Status.
 */
status: PupilStatus, 
/**
 * Its name.
 */
statusName: string, 
/**
 * State of the application, as of the day.
 */
applicationState?: ApplicationState, 
/**
 * Its name.
 */
applicationStateName?: string, 
/**
 * Enrolment of the day.
 */
enrolment?: EnrolmentView, 
/**
 * Latest card.
 */
cardId?: CardId, 
/**
 * Its E卡通号.
 */
cardNumber?: string, 
/**
 * Its 市民卡卡号.
 */
citizenCardNumber?: string, 
/**
 * Guardians.
 */
guardians: Array<GuardianView>, 
/**
 * Applications, oldest first.
 */
applications: Array<PupilApplication>, 
/**
 * Enrolments, oldest first.
 */
enrolments: Array<EnrolmentView>, 
/**
 * Card orders, oldest first.
 */
orders: Array<PupilOrderView>, 
/**
 * Corrections, oldest first.
 */
corrections: Array<CorrectionView>, 
/**
 * What the audit log has about the pupil, newest first: all of it for the
 * district and the city, one's own actions for others.
 */
audit: Array<AuditView>, 
/**
 * The photo of today; its thumbnail for those who may change it.
 */
photo?: PhotoView, 
/**
 * Whether the photo may be seen, uploaded, taken away; not on a page of the past.
 */
mayChangePhoto: boolean, 
/**
 * Whether masked fields may be asked for.
 */
mayReveal: boolean, 
/**
 * Parts that the person may correct now; none on a page of the past.
 */
mayCorrect: Array<RecordPart>, 
/**
 * Whether the person may go on with the entry: a draft, or an application that came back.
 */
mayContinue: boolean, 
/**
 * When the pupil was entered; epoch milliseconds.
 */
createdAt: number, };
export type PupilPhoto = { 
/**
 * Pupil.
 */
pupil: PhotoPupilView, 
/**
 * The photo.
 */
photo?: PhotoView, 
/**
 * What is wrong with it.
 */
problems: Array<Problem>, };
export type PupilStatisticsRequest = { 
/**
 * Only this district.
 */
district?: string, 
/**
 * Only this school; its classes are counted too.
 */
schoolId?: SchoolId, };
export type PupilStatisticsResponse = { 
/**
 * Pupils in all.
 */
total: number, 
/**
 * By grade over all schools.
 */
grades: Array<GradeCount>, 
/**
 * By school.
 */
schools: Array<SchoolCount>, 
/**
 * By class, when one school was asked for.
 */
classes: Array<ClassCount>, };
export type PupilStatus = "pending" | "enrolled" | "suspended" | "left" | "graduated" | "deleted";
export type PupilView = { 
/**
 * Id.
 */
id: PupilId, 
/**
 * Name.
 */
name: string, 
/**
 * `male`, `female`.
 */
gender?: Gender, 
/**
 * Year of birth; the day is masked.
 */
birthYear?: number, 
/**
 * Kind of paper.
 */
paperKind: PaperKind, 
/**
 * Name of the kind.
 */
paperKindName: string, 
/**
 * Masked number.
 */
paperMasked: string, 
/**
 * School.
 */
schoolId: SchoolId, 
/**
 * Name of the school.
 */
schoolName: string, 
/**
 * District code.
 */
district: string, 
/**
 * Grade number.
 */
grade: number, 
/**
 * 一年级 … 九年级.
 */
gradeName: string, 
/**
 * 班级序号.
 */
classNumber: number, 
/**
 * 班级昵称.
 */
classNickname?: string, 
/**
 * Status of the pupil.
 */
status: PupilStatus, 
/**
 * Its name.
 */
statusName: string, 
/**
 * State of the latest application.
 */
applicationState?: ApplicationState, 
/**
 * Its name.
 */
applicationStateName?: string, 
/**
 * First save, by the backend's clock (STU-1); epoch milliseconds.
 */
firstSavedAt?: number, 
/**
 * 提交时间: latest submission (STU-1).
 */
submittedAt?: number, 
/**
 * State of the latest order.
 */
orderState?: OrderState, 
/**
 * Its name.
 */
orderStateName?: string, 
/**
 * Name of a guardian.
 */
guardianName?: string, 
/**
 * Masked phone of that guardian.
 */
guardianPhoneMasked?: string, 
/**
 * `已注册到平江中学 七年级 3 班（已提交）`: where the pupil is about to go.
 */
movingTo?: string, 
/**
 * Deleted at; epoch milliseconds.
 */
deletedAt?: number, 
/**
 * Why it was deleted.
 */
deletedReason?: string, };
export type PurgeAuditRequest = Record<symbol, never>;
export type PurgeAuditResponse = { 
/**
 * Entries purged.
 */
entries: number, 
/**
 * District codes of chains that do not hold, of which nothing was purged; empty
 * text for the city's.
 */
broken: Array<string>, };
export type RecheckImportRequest = { 
/**
 * Import.
 */
importId: ImportId, };
export type RecordPart = "name" | "gender" | "birthDate" | "paper" | "studentNumber" | "address" | "guardians";
export type RecycledPhoto = { 
/**
 * Whose it was.
 */
pupil: PhotoPupilView, 
/**
 * The photo.
 */
photo: PhotoView, 
/**
 * When it was recycled; epoch milliseconds.
 */
recycledAt: number, 
/**
 * By whom.
 */
by: string, 
/**
 * Why.
 */
reason: string, 
/**
 * When it is purged; epoch milliseconds.
 */
purgedAt: number, };
export type RecycledPhotosRequest = { 
/**
 * School.
 */
schoolId: SchoolId, 
/**
 * `next` of the page before.
 */
after?: string, 
/**
 * Rows of the page, 1–100; 40 by default.
 */
limit?: number, };
export type RecycledPhotosResponse = { 
/**
 * Photos.
 */
items: Array<RecycledPhoto>, 
/**
 * Where the next page begins.
 */
next?: string, };
export type RedoImportEditRequest = { 
/**
 * Import.
 */
importId: ImportId, };
export type RefuseTransferRequest = { 
/**
 * The old school.
 */
fromSchoolId: SchoolId, 
/**
 * Transfer.
 */
id: ApplicationId, 
/**
 * Why not.
 */
reason: string, };
export type Relation = "51" | "52" | "57" | "58" | "61" | "62" | "63" | "64" | "97" | "99";
export type ReleaseTransferRequest = { 
/**
 * The old school.
 */
fromSchoolId: SchoolId, 
/**
 * Transfer.
 */
id: ApplicationId, };
export type RemovePhotoRequest = { 
/**
 * Pupil.
 */
pupilId: PupilId, 
/**
 * Why; 1–200 characters.
 */
reason: string, };
export type RemovePhotoResponse = { 
/**
 * Photo, to be restored by.
 */
id: PhotoId, };
export type RenameDistrictRequest = { 
/**
 * Code.
 */
code: string, 
/**
 * New name.
 */
name: string, };
export type RenumberClassRequest = { 
/**
 * Class.
 */
id: ClassId, 
/**
 * Version the person saw.
 */
version: number, 
/**
 * 班级序号, 1–99.
 */
number: number, };
export type ReopenClassRequest = { 
/**
 * Class.
 */
id: ClassId, 
/**
 * Version the person saw.
 */
version: number, };
export type ReplaceInImportRequest = { 
/**
 * Import.
 */
importId: ImportId, 
/**
 * Key of the column.
 */
column: string, 
/**
 * Text of the cells to be replaced, as the grid shows it; blank for empty cells.
 */
from: string, 
/**
 * What they shall hold.
 */
to: string, };
export type ReplacePhotoRequest = { 
/**
 * Pupil.
 */
pupilId: PupilId, 
/**
 * Staged file.
 */
blobId: BlobId, };
export type ReplacePhotoResponse = { 
/**
 * The photo.
 */
photo: PhotoView, 
/**
 * The photo that gave way.
 */
replaced?: PhotoId, 
/**
 * Warnings and notes.
 */
problems: Array<Problem>, };
export type RequestOrdersRequest = { 
/**
 * These.
 */
pupilIds?: Array<PupilId>, 
/**
 * All of this school; with `grade` and `classNumber` all of one class.
 */
schoolId?: SchoolId, 
/**
 * Grade number.
 */
grade?: number, 
/**
 * 班级序号.
 */
classNumber?: number, 
/**
 * With `schoolId`: only those that this import wrote.
 */
importId?: ImportId, 
/**
 * `new`, `replacement`, `exchange`; new when absent.
 */
kind?: OrderKind, 
/**
 * Why a card is ordered again: needed for 补办 and 换卡.
 */
reason?: string, 
/**
 * True to write the orders down without asking for the cards yet (草稿).
 */
draft?: boolean, };
export type RequestTransferRequest = { 
/**
 * School that asks.
 */
schoolId: SchoolId, 
/**
 * Kind of paper; every kind that the number can be when absent.
 */
paperKind?: PaperKind, 
/**
 * Number of the paper.
 */
paperNumber: string, 
/**
 * Nationality of a passport, three letters.
 */
nationality?: string, 
/**
 * Grade number.
 */
grade: number, 
/**
 * 班级序号.
 */
classNumber: number, 
/**
 * Why.
 */
reason: string, };
export type Reread = { 
/**
 * Rows that took what the file says.
 */
applied: number, 
/**
 * Rows that say the same as before.
 */
unchanged: number, 
/**
 * Rows that are on record already and were left alone.
 */
committed: number, 
/**
 * Rows that belong to no row of the import.
 */
unmatched: number, 
/**
 * What a person should know of these.
 */
notes: Array<Problem>, };
export type ResetAccountRequest = { 
/**
 * Account.
 */
id: AccountId, 
/**
 * New first password.
 */
password: string, 
/**
 * Whether the next sign-in must change it; true unless said otherwise.
 */
forcedChange?: boolean, };
export type RestoreCardRequest = { 
/**
 * Card.
 */
id: CardId, };
export type RestorePhotoRequest = { 
/**
 * A recycled photo.
 */
id: PhotoId, };
export type RestorePhotoResponse = { 
/**
 * The photo that was the pupil's until now.
 */
replaced?: PhotoId, };
export type RestorePupilRequest = { 
/**
 * Pupil.
 */
id: PupilId, 
/**
 * With `classNumber`: another class of its school; the class of then when absent.
 */
grade?: number, 
/**
 * 班级序号 of another class.
 */
classNumber?: number, };
export type ResultColumns = { 
/**
 * Heading of 制卡编号; this or `paper` tells which order a row is about.
 */
lineNo?: string, 
/**
 * Heading of 证件号码.
 */
paper?: string, 
/**
 * Heading of 姓名: compared with the order's.
 */
name?: string, 
/**
 * Heading of E卡通号.
 */
cardNo: string, 
/**
 * Heading of 卡序列号.
 */
serialNo?: string, 
/**
 * Heading of 市民卡卡号.
 */
citizenNo?: string, 
/**
 * Heading of the result; without it a row with a card number is made.
 */
outcome?: string, 
/**
 * Heading of the reason of a failure.
 */
reason?: string, 
/**
 * Heading of the day until which the card is valid: its first 增效记录.
 */
validUntil?: string, 
/**
 * Words that mean made.
 */
madeWords: Array<string>, 
/**
 * Words that mean failed.
 */
failedWords: Array<string>, };
export type ResultFileView = { 
/**
 * Its name.
 */
fileName: string, 
/**
 * Its SHA-256.
 */
sha256: string, 
/**
 * Rows.
 */
rows: number, 
/**
 * Cards made by it.
 */
made: number, 
/**
 * Failures told by it.
 */
failed: number, 
/**
 * Rows with errors.
 */
errors: number, 
/**
 * When; epoch milliseconds.
 */
readAt: number, 
/**
 * By whom.
 */
readBy: string, };
export type ResumeSessionRequest = { 
/**
 * Password.
 */
password: string, };
export type RetryOrdersRequest = { 
/**
 * These.
 */
ids?: Array<OrderId>, 
/**
 * All that fit, at most 20 000; without a state those that can take the step.
 */
filter?: OrderFilter, };
export type ReturnBatchRequest = { 
/**
 * Batch.
 */
id: BatchId, 
/**
 * Staged file.
 */
blobId: BlobId, 
/**
 * Name of the file; its extension must not contradict its content.
 */
fileName: string, 
/**
 * `all` writes all rows or, when one has an error, none; `valid` the right ones.
 */
mode?: "all" | "valid", };
export type ReturnOrdersRequest = { 
/**
 * These.
 */
ids?: Array<OrderId>, 
/**
 * All that fit, at most 20 000; without a state those that can take the step.
 */
filter?: OrderFilter, 
/**
 * Why: the school reads it.
 */
reason: string, };
export type ReturnReport = { 
/**
 * Rows.
 */
rows: number, 
/**
 * Cards that it brings.
 */
made: number, 
/**
 * Failures that it tells.
 */
failed: number, 
/**
 * Rows that say what is on record.
 */
unchanged: number, 
/**
 * Rows with errors: nothing of them is written.
 */
errors: number, 
/**
 * Problems with their cells, at most 500.
 */
problems: Array<Problem>, 
/**
 * True when it was written.
 */
committed: boolean, 
/**
 * The batch with its ledger, after it.
 */
batch: BatchView, };
export type ReturnReviewRequest = { 
/**
 * These.
 */
items?: Array<SeenApplication>, 
/**
 * All that fit, at most 20 000.
 */
filter?: ReviewFilter, 
/**
 * Why: the school reads it.
 */
reason: string, };
export type RevealPupilRequest = { 
/**
 * Pupil.
 */
id: PupilId, 
/**
 * Fields.
 */
fields: Array<MaskedField>, 
/**
 * Why; 1–200 characters.
 */
reason: string, 
/**
 * As it was at the end of this day.
 */
asOf?: string, };
export type RevealPupilResponse = { 
/**
 * 证件号码.
 */
paper?: string, 
/**
 * `2013-09-18`.
 */
birthDate?: string, 
/**
 * 学籍号.
 */
studentNumber?: string, 
/**
 * 家庭住址.
 */
address?: string, 
/**
 * Phones of the guardians that have one.
 */
phones: Array<RevealedPhone>, 
/**
 * Numbers of the papers of the guardians that have one.
 */
guardianPapers: Array<RevealedNumber>, 
/**
 * Bank cards of the guardians that have one.
 */
bankCards: Array<RevealedNumber>, 
/**
 * Until when a window shows it; epoch milliseconds.
 */
until: number, };
export type RevealedNumber = { 
/**
 * Guardian.
 */
guardianId: string, 
/**
 * Number.
 */
number: string, };
export type RevealedPhone = { 
/**
 * Guardian.
 */
guardianId: string, 
/**
 * Phone.
 */
phone: string, };
export type ReviewFilter = { 
/**
 * District where the child will be.
 */
district?: string, 
/**
 * School where it will be.
 */
schoolId?: SchoolId, 
/**
 * Kind.
 */
kind?: ApplicationKind, 
/**
 * State; for an action those that can take the step when absent.
 */
state?: ApplicationState, 
/**
 * Only what was submitted by this moment: an action takes what the person has
 * seen, not what came since.
 */
submittedBy?: number, 
/**
 * True for those alone that wait and have a near match on record (疑似重复).
 */
suspected?: boolean, };
export type Role = "city_admin" | "district_admin" | "school_staff" | "card_office" | "operator" | "auditor";
export type SavePupilRequest = { 
/**
 * Pupil.
 */
id: PupilId, 
/**
 * Version the person saw.
 */
version: number, 
/**
 * The form.
 */
form: PupilForm, 
/**
 * Submits to the district as well.
 */
submit?: boolean, 
/**
 * Staged photo of the pupil; without one the photo stays as it is.
 */
photoBlobId?: BlobId, };
export type SaveTemplateRequest = { 
/**
 * District code.
 */
district: string, 
/**
 * Template that is changed; a new one when absent.
 */
id?: TemplateId, 
/**
 * Version that the person saw.
 */
version?: number, 
/**
 * Name, 1–50 characters.
 */
name: string, 
/**
 * Columns, code tables, encoding, result columns.
 */
content: TemplateContent, };
export type SchoolCount = { 
/**
 * School.
 */
schoolId: SchoolId, 
/**
 * Its name.
 */
schoolName: string, 
/**
 * District code.
 */
district: string, 
/**
 * Classes.
 */
classes: number, 
/**
 * Pupils.
 */
pupils: number, 
/**
 * By grade.
 */
grades: Array<GradeCount>, };
export type SchoolId = string;
export type SchoolView = { 
/**
 * Id.
 */
id: SchoolId, 
/**
 * National code of 10 digits, or a provisional one.
 */
code: string, 
/**
 * True for a provisional code.
 */
provisional: boolean, 
/**
 * Name.
 */
name: string, 
/**
 * Code of its kind (办学类型).
 */
kind: string, 
/**
 * Name of its kind.
 */
kindName: string, 
/**
 * District code.
 */
district: string, 
/**
 * Name of the district.
 */
districtName: string, 
/**
 * Its current school year, `2026-2027`.
 */
schoolYear: string, 
/**
 * Grows with each change.
 */
version: number, };
export type SeenApplication = { 
/**
 * Application.
 */
id: ApplicationId, 
/**
 * Version seen; without it only the state decides.
 */
version?: number, };
export type SessionView = { 
/**
 * Account.
 */
accountId: AccountId, 
/**
 * Login.
 */
login: string, 
/**
 * Name shown.
 */
displayName: string, 
/**
 * Roles with their scopes.
 */
grants: Array<GrantView>, 
/**
 * Everything the person may do somewhere.
 */
permissions: Array<Permission>, 
/**
 * The password must be changed before anything else.
 */
mustChangePassword: boolean, 
/**
 * End of the session at the latest; epoch milliseconds.
 */
expiresAt: number, 
/**
 * Minutes of idleness until the window is locked.
 */
idleLockMinutes: number, 
/**
 * True for a database of made-up people.
 */
demo: boolean, };
export type SetGrantsRequest = { 
/**
 * Account.
 */
id: AccountId, 
/**
 * Version the person saw.
 */
version: number, 
/**
 * Roles with their scopes.
 */
grants: Array<GrantInput>, };
export type SetSchoolYearRequest = { 
/**
 * School.
 */
id: SchoolId, 
/**
 * Version the person saw.
 */
version: number, 
/**
 * `2026-2027`.
 */
schoolYear: string, };
export type SetSettingRequest = { 
/**
 * Key.
 */
key: string, 
/**
 * Value as text.
 */
value: string, 
/**
 * District code; absent for the city's.
 */
district?: string, };
export type SettingChoice = { 
/**
 * Stored value.
 */
value: string, 
/**
 * Name for people.
 */
name: string, };
export type SettingView = { 
/**
 * Key.
 */
key: string, 
/**
 * Name.
 */
name: string, 
/**
 * What it does.
 */
note: string, 
/**
 * Value that holds.
 */
value: string, 
/**
 * Default.
 */
defaultValue: string, 
/**
 * True when the value was set here, not inherited.
 */
own: boolean, 
/**
 * True when a district may set its own value.
 */
perDistrict: boolean, 
/**
 * Smallest number accepted.
 */
min?: number, 
/**
 * Largest number accepted.
 */
max?: number, 
/**
 * Words accepted.
 */
choices?: Array<SettingChoice>, 
/**
 * True when several of the words may be chosen, with commas between them.
 */
several: boolean, };
export type SetupSteps = { 
/**
 * A school exists.
 */
schools: boolean, 
/**
 * All ladders are complete.
 */
ladders: boolean, 
/**
 * A class exists.
 */
classes: boolean, 
/**
 * A pupil exists.
 */
pupils: boolean, };
export type Severity = "note" | "warning" | "error";
export type ShowBatchRequest = { 
/**
 * Batch.
 */
id: BatchId, };
export type ShowCardRequest = { 
/**
 * Card.
 */
id: CardId, };
export type ShowImportRequest = { 
/**
 * Import.
 */
importId: ImportId, };
export type ShowImportResponse = { 
/**
 * Counts and file.
 */
summary: ImportSummary, 
/**
 * Problems by kind, most rows first.
 */
groups: Array<ProblemGroup>, };
export type ShowOrderRequest = { 
/**
 * Order.
 */
id: OrderId, };
export type ShowPhotoRequest = { 
/**
 * Photo, current or recycled.
 */
id: PhotoId, };
export type ShowPhotoResponse = { 
/**
 * The JPEG in base64.
 */
jpeg: string, 
/**
 * Pixels from left to right.
 */
width: number, 
/**
 * Pixels from top to bottom.
 */
height: number, };
export type ShowPupilRequest = { 
/**
 * Pupil.
 */
id: PupilId, 
/**
 * As it was at the end of this day, `2026-09-01`; today's without.
 */
asOf?: string, };
export type ShowReviewRequest = { 
/**
 * Application.
 */
id: ApplicationId, };
export type ShowReviewResponse = { 
/**
 * The application.
 */
application: ApplicationView, 
/**
 * Number of the pupil's paper.
 */
paperNumber: string, 
/**
 * Gender.
 */
gender?: Gender, 
/**
 * `2013-09-18`.
 */
birthDate?: string, 
/**
 * Three letters.
 */
nationality?: string, 
/**
 * 学籍号.
 */
studentNumber?: string, 
/**
 * Home address.
 */
address?: string, 
/**
 * The name as the school wrote it that registers the child, beside the one on record.
 */
statedName?: string, 
/**
 * Class that a child comes from that changes schools: 六年级 2 班.
 */
fromClass?: string, 
/**
 * Why the new school asks for the child.
 */
reason?: string, 
/**
 * Guardians, in the order they were entered.
 */
guardians: Array<GuardianInReview>, 
/**
 * What the checks say now.
 */
checks: Array<Problem>, 
/**
 * Children on record that may be the same; not masked within the reach.
 */
near: Array<NearMatch>, 
/**
 * Reasons of the district to choose from when it is returned.
 */
reasons: Array<string>, };
export type SignInRequest = { 
/**
 * Login, whatever its letters' case.
 */
login: string, 
/**
 * Password.
 */
password: string, };
export type SignInResponse = { 
/**
 * Token of the session; hosts keep it, the window's pages never see it.
 */
token: string, 
/**
 * The session.
 */
session: SessionView, };
export type SignOutRequest = Record<symbol, never>;
export type SignOutResponse = Record<symbol, never>;
export type Source = "sequence" | "lineNo" | "batchNo" | "name" | "gender" | "birthDate" | "paperKind" | "paper" | "nationality" | "studentNumber" | "district" | "districtName" | "schoolCode" | "schoolName" | "grade" | "classNumber" | "orderKind" | "oldCard" | "fixed";
export type SourceChoice = { 
/**
 * Word.
 */
source: Source, 
/**
 * Name.
 */
name: string, };
export type StagedFile = { 
/**
 * Id of the staged file.
 */
blobId: BlobId, 
/**
 * Name to save it under.
 */
fileName: string, };
export type StateCount = { 
/**
 * State.
 */
state: OrderState, 
/**
 * Its name.
 */
name: string, 
/**
 * How many.
 */
count: CappedCount, };
export type StateTotal = { 
/**
 * State.
 */
state: OrderState, 
/**
 * Its name.
 */
name: string, 
/**
 * Orders; not capped.
 */
orders: number, };
export type StepResult = { 
/**
 * Subjects that took the step.
 */
done: number, 
/**
 * Why others did not, and warnings; at most 200.
 */
problems: Array<SubjectProblem>, };
export type SubjectProblem = { 
/**
 * Pupil or order.
 */
subjectId?: string, 
/**
 * Name of the pupil.
 */
subjectName?: string, 
/**
 * Stable code, `noun.what`; never renamed.
 */
code: Code, 
/**
 * Whether it stops the work.
 */
severity: Severity, 
/**
 * Field of the request, in the request's own spelling; absent for places in a workbook.
 */
field?: string, 
/**
 * What is wrong, in Chinese, complete in itself.
 */
message: string, 
/**
 * What to write instead, exactly as it should be typed.
 */
suggestion?: string, 
/**
 * Name of the sheet.
 */
sheet?: string, 
/**
 * Row number as Excel shows it, from 1.
 */
row?: number, 
/**
 * Column letter as Excel shows it: `A`, `AB`.
 */
column?: string, 
/**
 * Heading of the column.
 */
heading?: string, };
export type SubmitOrdersRequest = { 
/**
 * These.
 */
ids?: Array<OrderId>, 
/**
 * All that fit, at most 20 000; without a state those that can take the step.
 */
filter?: OrderFilter, };
export type SubmitPupilsRequest = { 
/**
 * School.
 */
schoolId: SchoolId, 
/**
 * All that this import wrote.
 */
importId?: ImportId, 
/**
 * With `classNumber`: all of this class.
 */
grade?: number, 
/**
 * With `grade`: all of this class.
 */
classNumber?: number, 
/**
 * These.
 */
ids?: Array<PupilId>, };
export type SubmitRegistrationsRequest = { 
/**
 * School that registers.
 */
schoolId: SchoolId, 
/**
 * These.
 */
ids?: Array<ApplicationId>, 
/**
 * All that this import wrote.
 */
importId?: ImportId, };
export type TemplateColumnGuide = { 
/**
 * Key: `name`, `paperNumber`, ….
 */
key: string, 
/**
 * Heading, without the `*` of required columns.
 */
heading: string, 
/**
 * True when every row must fill it.
 */
required: boolean, 
/**
 * How to fill it.
 */
note: string, };
export type TemplateContent = { 
/**
 * Kind of the production file, as `FileFormat::as_str`.
 */
format: FileFormat, 
/**
 * Encoding of a text file, as `Encoding::as_str`.
 */
encoding: Encoding, 
/**
 * Whether photos go along, and what they are called, as `PhotoNames::as_str`.
 */
photos: PhotoNames, 
/**
 * Columns in order.
 */
columns: Array<ProductionColumn>, 
/**
 * How the result file is read.
 */
result: ResultColumns, };
export type TemplateId = string;
export type TerminalRecordView = { 
/**
 * Number as the terminal wrote it.
 */
cardRaw: string, 
/**
 * When the card was extended; epoch milliseconds.
 */
extendedAt: number, 
/**
 * Terminal; empty when the file does not say.
 */
terminal: string, };
export type TodoItem = { 
/**
 * What waits.
 */
key: TodoKey, 
/**
 * How many.
 */
count: CappedCount, };
export type TodoKey = "ladders_incomplete" | "imports_in_preview" | "pupils_to_submit" | "pupils_returned" | "pupils_to_review" | "orders_returned" | "orders_to_approve" | "orders_to_confirm" | "orders_to_batch" | "batches_to_export" | "batches_overdue";
export type UndoExtensionsRequest = { 
/**
 * Cleaning.
 */
runId: ExtensionRunId, };
export type UndoExtensionsResponse = { 
/**
 * Entries that came back.
 */
restored: number, 
/**
 * Entries that did not: their pupils have been added anew since, or are purged.
 */
leftOut: number, 
/**
 * The cleaning.
 */
run: ExtensionRunView, };
export type UndoImportEditRequest = { 
/**
 * Import.
 */
importId: ImportId, };
export type UndoImportRequest = { 
/**
 * Import.
 */
importId: ImportId, 
/**
 * Takes the others back and leaves those that have moved on.
 */
keepHeld?: boolean, };
export type UndoImportResponse = { 
/**
 * The import after it.
 */
summary: ImportSummary, 
/**
 * Records taken back.
 */
undone: number, 
/**
 * Records left because they have moved on.
 */
held: number, };
export type UnfinishedPupil = { 
/**
 * Pupil.
 */
id: PupilId, 
/**
 * Name.
 */
name: string, 
/**
 * Name of the kind of paper.
 */
paperKindName: string, 
/**
 * Masked number.
 */
paperMasked: string, 
/**
 * 一年级 … 九年级.
 */
gradeName: string, 
/**
 * 班级序号.
 */
classNumber: number, 
/**
 * State.
 */
state: ApplicationState, 
/**
 * Its name.
 */
stateName: string, 
/**
 * 电脑 or 导入.
 */
channelName: string, 
/**
 * First save; epoch milliseconds, like the others.
 */
firstSavedAt: number, 
/**
 * 提交时间: latest submission.
 */
submittedAt?: number, 
/**
 * Latest return.
 */
returnedAt?: number, 
/**
 * Why it was returned.
 */
returnedReason?: string, };
export type UnfinishedPupilsRequest = { 
/**
 * School.
 */
schoolId: SchoolId, 
/**
 * `draft` or `returned`.
 */
state: ApplicationState, 
/**
 * `next` of the page before.
 */
after?: string, 
/**
 * Rows of the page, 1–500; 50 by default.
 */
limit?: number, };
export type UnfinishedPupilsResponse = { 
/**
 * Pupils.
 */
items: Array<UnfinishedPupil>, 
/**
 * Where the next page begins.
 */
next?: string, 
/**
 * Drafts, counted up to 1000.
 */
drafts: CappedCount, 
/**
 * Returned ones, counted up to 1000.
 */
returned: CappedCount, };
export type UnlockAccountRequest = { 
/**
 * Account.
 */
id: AccountId, };
export type VerifyAuditRequest = { 
/**
 * District code; absent for every chain within the reach.
 */
district?: string, };
export type VerifyAuditResponse = { 
/**
 * Sealed entries that were checked.
 */
entries: number, 
/**
 * Entries that were purged by retention, as proven by the checkpoints.
 */
purged: number, 
/**
 * True when every chain holds.
 */
intact: boolean, 
/**
 * Where the first chain breaks, in words.
 */
firstBroken?: string, };
export type WithdrawOrdersRequest = { 
/**
 * These.
 */
ids?: Array<OrderId>, 
/**
 * All that fit, at most 20 000; without a state those that can take the step.
 */
filter?: OrderFilter, 
/**
 * Why.
 */
reason: string, };
export type WithdrawRegistrationsRequest = { 
/**
 * School that registered.
 */
schoolId: SchoolId, 
/**
 * These.
 */
ids: Array<ApplicationId>, };
export type WithdrawTransferRequest = { 
/**
 * School that asked.
 */
schoolId: SchoolId, 
/**
 * Transfer.
 */
id: ApplicationId, };
export type WithdrawTransferResponse = { 
/**
 * The transfer that was taken back.
 */
id: ApplicationId, };

export type Ops = {
  "session.signIn": { req: SignInRequest; res: SignInResponse };
  "session.current": { req: CurrentSessionRequest; res: SessionView };
  "session.resume": { req: ResumeSessionRequest; res: SessionView };
  "session.signOut": { req: SignOutRequest; res: SignOutResponse };
  "account.changePassword": { req: ChangePasswordRequest; res: SessionView };
  "account.list": { req: ListAccountsRequest; res: ListAccountsResponse };
  "account.create": { req: CreateAccountRequest; res: AccountView };
  "account.setGrants": { req: SetGrantsRequest; res: AccountView };
  "account.disable": { req: DisableAccountRequest; res: AccountView };
  "account.enable": { req: EnableAccountRequest; res: AccountView };
  "account.reset": { req: ResetAccountRequest; res: AccountView };
  "account.unlock": { req: UnlockAccountRequest; res: AccountView };
  "setting.list": { req: ListSettingsRequest; res: ListSettingsResponse };
  "setting.set": { req: SetSettingRequest; res: SettingView };
  "home.summary": { req: HomeSummaryRequest; res: HomeSummaryResponse };
  "district.list": { req: ListDistrictsRequest; res: ListDistrictsResponse };
  "district.create": { req: CreateDistrictRequest; res: DistrictView };
  "district.rename": { req: RenameDistrictRequest; res: DistrictView };
  "school.list": { req: ListSchoolsRequest; res: ListSchoolsResponse };
  "school.get": { req: GetSchoolRequest; res: SchoolView };
  "school.create": { req: CreateSchoolRequest; res: ChangedSchoolResponse };
  "school.edit": { req: EditSchoolRequest; res: ChangedSchoolResponse };
  "school.setYear": { req: SetSchoolYearRequest; res: SchoolView };
  "grade.list": { req: ListGradesRequest; res: ListGradesResponse };
  "grade.matrix": { req: GradeMatrixRequest; res: GradeMatrixResponse };
  "grade.previewLadder": { req: PreviewLadderRequest; res: LadderResponse };
  "grade.createLadder": { req: CreateLadderRequest; res: LadderResponse };
  "class.list": { req: ListClassesRequest; res: ListClassesResponse };
  "class.create": { req: CreateClassesRequest; res: CreateClassesResponse };
  "class.edit": { req: EditClassRequest; res: ClassView };
  "class.renumber": { req: RenumberClassRequest; res: ClassView };
  "class.close": { req: CloseClassRequest; res: ClassView };
  "class.reopen": { req: ReopenClassRequest; res: ClassView };
  "class.delete": { req: DeleteClassRequest; res: DeleteClassResponse };
  "import.guide": { req: ImportGuideRequest; res: ImportGuide };
  "import.template": { req: ImportTemplateRequest; res: StagedFile };
  "import.preview": { req: PreviewImportRequest; res: ImportSummary };
  "import.show": { req: ShowImportRequest; res: ShowImportResponse };
  "import.rows": { req: ImportRowsRequest; res: ImportRowsResponse };
  "import.nextProblem": { req: NextProblemRequest; res: NextProblemResponse };
  "import.open": { req: OpenImportRequest; res: ShowImportResponse };
  "import.edit": { req: EditImportRequest; res: ImportChange };
  "import.replace": { req: ReplaceInImportRequest; res: ImportChange };
  "import.acceptSuggestions": { req: AcceptSuggestionsRequest; res: ImportChange };
  "import.undoEdit": { req: UndoImportEditRequest; res: ImportChange };
  "import.redoEdit": { req: RedoImportEditRequest; res: ImportChange };
  "import.recheck": { req: RecheckImportRequest; res: ImportChange };
  "import.errorWorkbook": { req: ErrorWorkbookRequest; res: ErrorWorkbook };
  "import.commit": { req: CommitImportRequest; res: ImportSummary };
  "import.discard": { req: DiscardImportRequest; res: ImportSummary };
  "import.doctor": { req: DoctorImportRequest; res: DoctorImportResponse };
  "import.held": { req: HeldImportRequest; res: HeldImportResponse };
  "import.undo": { req: UndoImportRequest; res: UndoImportResponse };
  "import.list": { req: ListImportsRequest; res: ListImportsResponse };
  "pupil.list": { req: ListPupilsRequest; res: ListPupilsResponse };
  "pupil.find": { req: FindPupilRequest; res: FindPupilResponse };
  "pupil.show": { req: ShowPupilRequest; res: PupilPage };
  "pupil.reveal": { req: RevealPupilRequest; res: RevealPupilResponse };
  "pupil.check": { req: CheckPupilRequest; res: CheckPupilResponse };
  "pupil.create": { req: CreatePupilRequest; res: EnteredPupil };
  "pupil.unfinished": { req: UnfinishedPupilsRequest; res: UnfinishedPupilsResponse };
  "pupil.open": { req: OpenPupilRequest; res: OpenedPupil };
  "pupil.save": { req: SavePupilRequest; res: EnteredPupil };
  "pupil.edit": { req: EditPupilRequest; res: EditPupilResponse };
  "pupil.export": { req: ExportPupilsRequest; res: ExportedFile };
  "pupil.statistics": { req: PupilStatisticsRequest; res: PupilStatisticsResponse };
  "pupil.submit": { req: SubmitPupilsRequest; res: StepResult };
  "pupil.delete": { req: DeletePupilsRequest; res: StepResult };
  "pupil.restore": { req: RestorePupilRequest; res: PupilView };
  "registration.create": { req: CreateRegistrationRequest; res: CreateRegistrationResponse };
  "registration.submit": { req: SubmitRegistrationsRequest; res: StepResult };
  "registration.withdraw": { req: WithdrawRegistrationsRequest; res: StepResult };
  "registration.list": { req: ListRegistrationsRequest; res: ListMovesResponse };
  "transfer.request": { req: RequestTransferRequest; res: MoveView };
  "transfer.release": { req: ReleaseTransferRequest; res: MoveView };
  "transfer.refuse": { req: RefuseTransferRequest; res: MoveView };
  "transfer.withdraw": { req: WithdrawTransferRequest; res: WithdrawTransferResponse };
  "transfer.list": { req: ListTransfersRequest; res: ListMovesResponse };
  "photo.preview": { req: PreviewPhotosRequest; res: PhotoBatch };
  "photo.items": { req: PhotoItemsRequest; res: PhotoItemsResponse };
  "photo.import": { req: ImportPhotosRequest; res: ImportPhotosResponse };
  "photo.discard": { req: DiscardPhotosRequest; res: PhotoBatch };
  "photo.list": { req: ListPhotosRequest; res: ListPhotosResponse };
  "photo.check": { req: CheckPhotosRequest; res: CheckPhotosResponse };
  "photo.show": { req: ShowPhotoRequest; res: ShowPhotoResponse };
  "photo.examine": { req: ExaminePhotoRequest; res: ExaminePhotoResponse };
  "photo.replace": { req: ReplacePhotoRequest; res: ReplacePhotoResponse };
  "photo.remove": { req: RemovePhotoRequest; res: RemovePhotoResponse };
  "photo.recycled": { req: RecycledPhotosRequest; res: RecycledPhotosResponse };
  "photo.restore": { req: RestorePhotoRequest; res: RestorePhotoResponse };
  "review.list": { req: ListReviewRequest; res: ListReviewResponse };
  "review.show": { req: ShowReviewRequest; res: ShowReviewResponse };
  "review.approve": { req: ApproveReviewRequest; res: StepResult };
  "review.return": { req: ReturnReviewRequest; res: StepResult };
  "order.request": { req: RequestOrdersRequest; res: StepResult };
  "order.approve": { req: ApproveOrdersRequest; res: StepResult };
  "order.confirm": { req: ConfirmOrdersRequest; res: StepResult };
  "order.withdraw": { req: WithdrawOrdersRequest; res: StepResult };
  "order.return": { req: ReturnOrdersRequest; res: StepResult };
  "order.list": { req: ListOrdersRequest; res: ListOrdersResponse };
  "order.totals": { req: OrderTotalsRequest; res: OrderTotalsResponse };
  "order.counts": { req: CountOrdersRequest; res: CountOrdersResponse };
  "order.export": { req: ExportOrdersRequest; res: ExportedFile };
  "order.submit": { req: SubmitOrdersRequest; res: StepResult };
  "order.retry": { req: RetryOrdersRequest; res: StepResult };
  "order.deliver": { req: DeliverOrdersRequest; res: StepResult };
  "order.cancel": { req: CancelOrdersRequest; res: StepResult };
  "order.show": { req: ShowOrderRequest; res: OrderPage };
  "order.mismatches": { req: ListMismatchesRequest; res: ListMismatchesResponse };
  "order.correct": { req: CorrectOrdersRequest; res: StepResult };
  "order.check": { req: CheckOrdersRequest; res: CheckOrdersResponse };
  "batch.templates": { req: ListTemplatesRequest; res: ListTemplatesResponse };
  "batch.saveTemplate": { req: SaveTemplateRequest; res: CardTemplateView };
  "batch.deleteTemplate": { req: DeleteTemplateRequest; res: DeleteTemplateResponse };
  "batch.preview": { req: PreviewBatchRequest; res: PreviewBatchResponse };
  "batch.create": { req: CreateBatchRequest; res: CreateBatchResponse };
  "batch.list": { req: ListBatchesRequest; res: ListBatchesResponse };
  "batch.show": { req: ShowBatchRequest; res: BatchPage };
  "batch.lines": { req: BatchLinesRequest; res: BatchLinesResponse };
  "batch.export": { req: ExportBatchRequest; res: ExportBatchResponse };
  "batch.discard": { req: DiscardBatchRequest; res: BatchView };
  "batch.previewReturn": { req: PreviewReturnRequest; res: ReturnReport };
  "batch.return": { req: ReturnBatchRequest; res: ReturnReport };
  "batch.fail": { req: FailLinesRequest; res: BatchView };
  "batch.close": { req: CloseBatchRequest; res: BatchView };
  "card.find": { req: FindCardRequest; res: FindCardResponse };
  "card.show": { req: ShowCardRequest; res: CardPage };
  "card.lose": { req: LoseCardRequest; res: CardView };
  "card.restore": { req: RestoreCardRequest; res: CardView };
  "card.invalidate": { req: InvalidateCardRequest; res: CardView };
  "extension.list": { req: ListExtensionsRequest; res: ListExtensionsResponse };
  "extension.add": { req: AddExtensionsRequest; res: StepResult };
  "extension.template": { req: ExtensionTemplateRequest; res: StagedFile };
  "extension.import": { req: ImportExtensionsRequest; res: ImportExtensionsResponse };
  "extension.preview": { req: PreviewExtensionsRequest; res: PreviewExtensionsResponse };
  "extension.clean": { req: CleanExtensionsRequest; res: CleanExtensionsResponse };
  "extension.undo": { req: UndoExtensionsRequest; res: UndoExtensionsResponse };
  "extension.runs": { req: ListExtensionRunsRequest; res: ListExtensionRunsResponse };
  "extension.records": { req: ListTerminalRecordsRequest; res: ListTerminalRecordsResponse };
  "audit.list": { req: ListAuditRequest; res: ListAuditResponse };
  "audit.export": { req: ExportAuditRequest; res: ExportedFile };
  "audit.verify": { req: VerifyAuditRequest; res: VerifyAuditResponse };
  "audit.purge": { req: PurgeAuditRequest; res: PurgeAuditResponse };
};
