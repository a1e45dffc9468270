//! The stable codes of every problem. Codes are added, never renamed.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

macro_rules! codes {
    ($( $(#[$doc:meta])* $name:ident = $text:literal, )*) => {
        /// Stable code of a problem, `noun.what`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
        pub enum Code { $( $(#[$doc])* #[serde(rename = $text)] $name, )* }

        impl Code {
            /// Every code, in the order of their declaration.
            pub const ALL: &[Self] = &[ $( Self::$name, )* ];

            /// The code as it is written in answers.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$name => $text, )* }
            }
        }
    };
}

codes! {
    // ---- request and session ----
    /// The request's JSON does not have the operation's shape.
    RequestInvalid = "request.invalid",
    /// No operation has this name.
    OperationUnknown = "operation.unknown",
    /// The thing does not exist, or is outside what the person may see.
    NotFound = "not_found",
    /// The role or its scope does not allow this.
    Forbidden = "forbidden",
    /// Another person changed the record meanwhile.
    VersionConflict = "version.conflict",
    /// The same key was used with another request.
    IdempotencyMismatch = "idempotency.mismatch",
    /// The disk of the database is full.
    StorageFull = "storage.full",
    /// The database was busy for too long.
    Busy = "busy",
    /// The person cancelled the work.
    Cancelled = "cancelled",
    /// Nobody is signed in, or the session has ended.
    SessionRequired = "session.required",
    /// The session was idle too long: the password is needed to go on.
    SessionLocked = "session.locked",
    /// Login or password is wrong (never says which).
    SignInRefused = "sign_in.refused",
    /// Too many failures; locked for a while.
    SignInLocked = "sign_in.locked",
    /// The password must be changed first.
    PasswordMustChange = "password.must_change",

    // ---- accounts ----
    /// Login has a wrong form.
    LoginInvalid = "login.invalid",
    /// Login is taken.
    LoginTaken = "login.taken",
    /// Too short.
    PasswordTooShort = "password.too_short",
    /// Too few classes of characters.
    PasswordTooSimple = "password.too_simple",
    /// Among the common passwords, or holds the login.
    PasswordCommon = "password.common",
    /// One of the last passwords.
    PasswordReused = "password.reused",
    /// Role and scope do not go together.
    RoleScopeMismatch = "role.scope_mismatch",
    /// One cannot disable or reset oneself, or the last city admin.
    AccountProtected = "account.protected",
    /// An account needs at least one role.
    RoleRequired = "role.required",

    // ---- organisation ----
    /// District code is not 6 digits of a known province.
    DistrictCodeInvalid = "district.code_invalid",
    /// District code exists.
    DistrictTaken = "district.taken",
    /// No district with this code.
    DistrictUnknown = "district.unknown",
    /// School code has a wrong form.
    SchoolCodeInvalid = "school.code_invalid",
    /// School code exists.
    SchoolCodeTaken = "school.code_taken",
    /// The code's first digits do not fit the kind.
    SchoolCodeKindMismatch = "school.code_kind_mismatch",
    /// Kind is not one of ours.
    SchoolKindInvalid = "school.kind_invalid",
    /// 高级中学 is not ours.
    SchoolKindSenior = "school.kind_senior",
    /// No such school.
    SchoolUnknown = "school.unknown",
    /// The school has pupils or classes that its new kind has no grade for.
    SchoolKindInUse = "school.kind_in_use",
    /// School year has a wrong form.
    SchoolYearInvalid = "school_year.invalid",
    /// Classes are made for the current or the next year only.
    SchoolYearOutOfReach = "school_year.out_of_reach",
    /// Name is empty or too long.
    NameInvalid = "name.invalid",
    /// Text is too long.
    TextTooLong = "text.too_long",
    /// Text is blank.
    TextEmpty = "text.empty",
    /// Grade number is not 1–9.
    GradeInvalid = "grade.invalid",
    /// The school has no such grade.
    GradeUnknown = "grade.unknown",
    /// Class number is not 1–99.
    ClassInvalid = "class.invalid",
    /// No number given.
    ClassNumbersEmpty = "class.numbers_empty",
    /// The grade has this class number already.
    ClassNumberTaken = "class.number_taken",
    /// No such class; the message lists those there are.
    ClassUnknown = "class.unknown",
    /// The class is closed.
    ClassClosed = "class.closed",
    /// The class has pupils.
    ClassNotEmpty = "class.not_empty",
    /// Setting unknown.
    SettingUnknown = "setting.unknown",
    /// Setting value outside its range.
    SettingInvalid = "setting.invalid",

    // ---- identity papers ----
    /// Paper number missing.
    PaperMissing = "paper.missing",
    /// Paper kind unknown.
    PaperKindUnknown = "paper.kind_unknown",
    /// A kind that bulk import does not take.
    PaperKindNotInBulk = "paper.kind_not_in_bulk",
    /// Wrong length.
    PaperLength = "paper.length",
    /// 15-digit number, void since 2013.
    PaperOld15 = "paper.old15",
    /// A character that does not belong.
    PaperCharacter = "paper.character",
    /// Province prefix does not exist.
    PaperRegion = "paper.region",
    /// County code not in the table: a note.
    PaperCountyUnknown = "paper.county_unknown",
    /// Birth date does not exist.
    PaperDate = "paper.date",
    /// Birth date before 1900 or in the future.
    PaperDateRange = "paper.date_range",
    /// Check digit wrong.
    PaperCheck = "paper.check",
    /// Digits lost by Excel: stored as a number or in scientific notation.
    PaperPrecision = "paper.precision",
    /// Ends in 000 although the check digit fits.
    PaperTrailingZeros = "paper.trailing_zeros",
    /// Cyrillic or Greek Х read as X.
    PaperLookalike = "paper.lookalike",
    /// Spaces, hyphens, full-width or lower-case characters were normalised.
    Normalised = "normalised",
    /// Computed by a formula.
    PaperFormula = "paper.formula",
    /// Form of another kind of paper is wrong.
    PaperForm = "paper.form",
    /// Nationality missing or not 3 letters.
    NationalityInvalid = "nationality.invalid",

    // ---- pupils ----
    /// Name missing.
    PupilNameMissing = "pupil.name_missing",
    /// Name too short or long.
    PupilNameLength = "pupil.name_length",
    /// A character that a name cannot hold.
    PupilNameCharacter = "pupil.name_character",
    /// `?` or U+FFFD: a rare character was lost.
    PupilNameLost = "pupil.name_lost",
    /// The child is on record.
    PupilDuplicate = "pupil.duplicate",
    /// A child of the same name, birth date and guardian's phone is on record with another number.
    PupilNearMatch = "pupil.near_match",
    /// A draft lacks what a submission needs.
    PupilIncomplete = "pupil.incomplete",
    /// The child was deleted; restore instead.
    PupilDeleted = "pupil.deleted",
    /// The day asked for is before the pupil was entered.
    PupilNotYet = "pupil.not_yet",
    /// A part of the record that is another's to correct now.
    PupilPartLocked = "pupil.part_locked",
    /// Something under way keeps the pupil from being deleted.
    PupilHeld = "pupil.held",
    /// A primary leaver is registered, not entered anew.
    PupilLeaver = "pupil.leaver",
    /// The child is at another school and is asked for by a transfer.
    PupilElsewhere = "pupil.elsewhere",
    /// No child has this paper.
    RegistrationNotFound = "registration.not_found",
    /// The child is no primary leaver.
    RegistrationNotLeaver = "registration.not_leaver",
    /// The child is registered already.
    RegistrationTaken = "registration.taken",
    /// The child is at this school already.
    RegistrationHere = "registration.here",
    /// Only grades 7 to 9 register.
    RegistrationGrade = "registration.grade",
    /// The name differs from the one on record.
    RegistrationName = "registration.name",
    /// No such registration or transfer.
    MoveUnknown = "move.unknown",
    /// The registration or transfer does not allow this step.
    MoveState = "move.state",
    /// No such pupil.
    PupilUnknown = "pupil.unknown",
    /// Gender not one of 男 女 1 2.
    GenderInvalid = "gender.invalid",
    /// Gender missing, and the paper does not say it.
    GenderMissing = "gender.missing",
    /// Birth date missing, and the paper does not say it.
    BirthDateMissing = "birth_date.missing",
    /// Birth date is no day, or none that a pupil can be born on.
    BirthDateInvalid = "birth_date.invalid",
    /// Gender differs from the paper's 17th digit.
    GenderMismatch = "gender.mismatch",
    /// Gender filled from the paper.
    GenderDerived = "gender.derived",
    /// Over two years off the grade's age.
    AgeOff = "age.off",
    /// Form of 学籍号 wrong.
    StudentNumberInvalid = "student_number.invalid",
    /// 学籍号 differs from the paper.
    StudentNumberMismatch = "student_number.mismatch",
    /// Guardian's name missing.
    GuardianNameMissing = "guardian.name_missing",
    /// Relation missing.
    RelationMissing = "relation.missing",
    /// Relation unknown.
    RelationUnknown = "relation.unknown",
    /// Phone missing.
    PhoneMissing = "phone.missing",
    /// Phone has a wrong form.
    PhoneInvalid = "phone.invalid",
    /// A landline or a number abroad: a warning.
    PhoneNotMobile = "phone.not_mobile",
    /// Number of a bank card has a wrong form.
    BankCardInvalid = "bank_card.invalid",
    /// Check digit of a bank card does not fit: a warning.
    BankCardCheck = "bank_card.check",
    /// Application already submitted.
    ApplicationSubmitted = "application.submitted",
    /// No such application.
    ApplicationUnknown = "application.unknown",
    /// The step is not possible from the application's state.
    ApplicationState = "application.state",
    /// The step is not possible from the pupil's status.
    PupilStatus = "pupil.status",

    // ---- workbooks ----
    /// Not a workbook, or content and extension contradict.
    FileKind = "file.kind",
    /// It cannot be opened or read where it lies.
    FileUnreadable = "file.unreadable",
    /// It changed or went away while it was read.
    FileChanged = "file.changed",
    /// Damaged.
    FileDamaged = "file.damaged",
    /// Password-protected.
    FileEncrypted = "file.encrypted",
    /// Over the size limits.
    FileTooLarge = "file.too_large",
    /// Over the row limit.
    FileTooManyRows = "file.too_many_rows",
    /// DTD or entity declaration.
    FileUnsafe = "file.unsafe",
    /// Nothing to import.
    FileEmpty = "file.empty",
    /// No sheet has the headings.
    SheetNotFound = "sheet.not_found",
    /// Two sheets have them.
    SheetAmbiguous = "sheet.ambiguous",
    /// The only fitting sheet is hidden: a note.
    SheetHidden = "sheet.hidden",
    /// Required column missing.
    ColumnMissing = "column.missing",
    /// Optional column missing: a note.
    ColumnOptionalMissing = "column.optional_missing",
    /// Same heading twice.
    ColumnTwice = "column.twice",
    /// Column ignored: a note.
    ColumnIgnored = "column.ignored",
    /// Old template.
    TemplateOld = "template.old",
    /// Hidden rows or columns were read too: a note.
    HiddenRead = "hidden.read",
    /// Merged cell inside the data.
    CellMerged = "cell.merged",
    /// Formula without a cached value.
    CellFormulaEmpty = "cell.formula_empty",
    /// `#N/A` and the like.
    CellError = "cell.error",
    /// The heading again inside the data: skipped, a note.
    HeadingRepeated = "heading.repeated",
    /// Grade column holds words.
    RowGradeInvalid = "row.grade_invalid",
    /// Class column holds words or no whole number.
    RowClassInvalid = "row.class_invalid",
    /// Same row twice: the first counts.
    RowRepeated = "row.repeated",
    /// Same paper, different content.
    RowConflict = "row.conflict",

    /// The file could not be written where the person wanted it.
    FileNotWritten = "file.not_written",
    /// Data folder, key or database do not open; the message says why.
    HostRefused = "host.refused",

    // ---- imports ----
    /// No such import.
    ImportUnknown = "import.unknown",
    /// Committed, undone or discarded already.
    ImportClosed = "import.closed",
    /// `all` asked for, but some rows have errors.
    ImportHasErrors = "import.has_errors",
    /// No valid row.
    ImportNothingValid = "import.nothing_valid",
    /// The row or column to be corrected is not in the file, or is on record.
    ImportCellUnknown = "import.cell_unknown",
    /// Nothing to take back or to do again.
    ImportNoEdit = "import.no_edit",
    /// Records of the import have moved on: named, and left alone.
    ImportHeld = "import.held",
    /// A row of a workbook that came back belongs to no row of its import.
    RowUnmatched = "row.unmatched",
    /// Blob expired or not one's own.
    BlobUnknown = "blob.unknown",

    // ---- cards ----
    /// Card number holds more than letters and digits.
    CardNumberInvalid = "card.number_invalid",
    /// Card number that Excel keeps as a number: its digits are lost.
    CardNumberPrecision = "card.number_precision",
    /// The number is on another card.
    CardNumberTaken = "card.number_taken",
    /// No such card.
    CardUnknown = "card.unknown",
    /// The step is not possible from the card's state.
    CardState = "card.state",

    // ---- temporary validity extensions ----
    /// The pupil is in the list already.
    ExtensionOpen = "extension.open",
    /// A row's name is not the pupil's.
    ExtensionName = "extension.name",
    /// No such cleaning.
    ExtensionRunUnknown = "extension.run_unknown",
    /// The cleaning was undone, or is too old to be.
    ExtensionRunClosed = "extension.run_closed",

    // ---- orders ----
    /// No such order.
    OrderUnknown = "order.unknown",
    /// The pupil has an open order.
    OrderOpen = "order.open",
    /// The step is not possible from the order's state.
    OrderState = "order.state",
    /// A first card for a pupil who has one.
    OrderCardValid = "order.card_valid",
    /// No record of the card that is to be replaced: a warning.
    OrderOldCardUnknown = "order.old_card_unknown",
    /// The pupil has no gender: a card needs 1 or 2 (CARD-4).
    OrderGenderMissing = "order.gender_missing",
    /// The order has no district code (CARD-4).
    OrderDistrictEmpty = "order.district_empty",
    /// The school does not belong to the order's district (CARD-4).
    OrderSchoolDistrict = "order.school_district",
    /// In another batch that is not settled (CARD-4).
    OrderInBatch = "order.in_batch",

    // ---- production batches ----
    /// No such batch.
    BatchUnknown = "batch.unknown",
    /// The step is not possible from the batch's state.
    BatchState = "batch.state",
    /// No order passed the checks.
    BatchNothingReady = "batch.nothing_ready",
    /// More orders than one batch takes.
    BatchTooMany = "batch.too_many",
    /// Orders of several districts.
    BatchDistricts = "batch.districts",
    /// A column of the production file has nothing to say about an order.
    BatchFieldEmpty = "batch.field_empty",
    /// A code table of the template lacks a value.
    BatchCodeMissing = "batch.code_missing",
    /// An order whose district and school are as the school's record says.
    OrderFits = "order.fits",
    /// A photo that can have no file name of its own in the package.
    BatchPhotoName = "batch.photo_name",
    /// A produced file of 0 or 1 KB.
    BatchFileSmall = "batch.file_small",
    /// A produced file that does not read back as it was meant.
    BatchFileWrong = "batch.file_wrong",
    /// Orders without a result: the batch cannot be closed.
    BatchNotSettled = "batch.not_settled",
    /// A column template that cannot work.
    TemplateInvalid = "template.invalid",
    /// No such template.
    TemplateUnknown = "template.unknown",
    /// The district has a template of this name.
    TemplateNameTaken = "template.name_taken",

    // ---- result files ----
    /// The row names no line of the batch.
    ResultLineUnknown = "result.line_unknown",
    /// The row does not say which order it is about.
    ResultLineMissing = "result.line_missing",
    /// Name or paper of the row are not those of its order.
    ResultMismatch = "result.mismatch",
    /// A result that the template does not know.
    ResultWordUnknown = "result.word_unknown",
    /// Made, but without a card number.
    ResultCardMissing = "result.card_missing",
    /// The order has another result already.
    ResultConflict = "result.conflict",
    /// A date that is none, or before the day of the card.
    ResultDateInvalid = "result.date_invalid",
    /// `all` asked for, but some rows have errors.
    ResultHasErrors = "result.has_errors",

    // ---- what many share ----
    /// A reason is needed.
    ReasonRequired = "reason.required",
    /// The photo is missing: a warning at the request.
    PhotoMissing = "photo.missing",
    /// A photo's file name holds no number, or one that no PC can write.
    PhotoNameInvalid = "photo.name_invalid",
    /// The file has no bytes.
    PhotoEmpty = "photo.empty",
    /// 1 KB or less: no photo.
    PhotoTooSmall = "photo.too_small",
    /// Under 5 KB: a warning.
    PhotoSmall = "photo.small",
    /// Over the limit of one file.
    PhotoTooLarge = "photo.too_large",
    /// More pixels than are decoded.
    PhotoTooManyPixels = "photo.too_many_pixels",
    /// Neither JPEG nor PNG.
    PhotoNotImage = "photo.not_image",
    /// The extension says another format: a warning.
    PhotoExtension = "photo.extension",
    /// The end is missing.
    PhotoTruncated = "photo.truncated",
    /// It does not decode.
    PhotoDamaged = "photo.damaged",
    /// Too few pixels to print a face.
    PhotoFewPixels = "photo.few_pixels",
    /// No portrait: one side much longer than the other.
    PhotoShape = "photo.shape",
    /// One colour all over.
    PhotoBlank = "photo.blank",
    /// Scaled down to the limit: a note.
    PhotoScaled = "photo.scaled",
    /// The same image for two pupils.
    PhotoSameImage = "photo.same_image",
    /// Two different photos of one pupil in one folder.
    PhotoSeveral = "photo.several",
    /// The same file twice: the first counts, a note.
    PhotoRepeated = "photo.repeated",
    /// Another photo is on record: a person chooses.
    PhotoDiffers = "photo.differs",
    /// No pupil of the school has this number.
    PhotoNoPupil = "photo.no_pupil",
    /// Two pupils have this number.
    PhotoAmbiguous = "photo.ambiguous",
    /// The pupil or the current photo changed since the preview.
    PhotoChanged = "photo.changed",
    /// The file of a photo is missing or damaged.
    PhotoLost = "photo.lost",
    /// No such photo.
    PhotoUnknown = "photo.unknown",
    /// No such batch.
    PhotoBatchUnknown = "photo.batch_unknown",
    /// Imported or discarded already.
    PhotoBatchClosed = "photo.batch_closed",
    /// The host has no place for photos.
    PhotoNoFolder = "photo.no_folder",
    /// The range's end is before its start, or a day is no date.
    DateRangeInvalid = "date_range.invalid",
    /// The text fits too many pupils.
    TextTooBroad = "text.too_broad",
    /// Nothing selected.
    SelectionEmpty = "selection.empty",
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl JsonSchema for Code {
    fn schema_name() -> Cow<'static, str> {
        "Code".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let all: Vec<&str> = Self::ALL.iter().map(|c| c.as_str()).collect();
        json_schema!({ "type": "string", "enum": all })
    }
}
