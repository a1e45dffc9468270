//! Enrolments (就读经历): why they begin and how they end (model.md).

words! {
    /// Why an enrolment began.
    pub enum EnrolmentReason {
        /// Entered as a new pupil.
        New = "new", "新生";
        /// Moved up with the class.
        Promotion = "promotion", "升级";
        /// Graduated.
        Graduation = "graduation", "毕业";
        /// Registered at the junior school.
        Registration = "registration", "注册报到";
        /// Came from another school.
        TransferIn = "transfer_in", "转入";
        /// Went to another school.
        TransferOut = "transfer_out", "转出";
        /// Put into another class.
        Correction = "correction", "更正";
    }
}

words! {
    /// What an enrolment led to.
    pub enum EnrolmentOutcome {
        /// Left primary school.
        PrimaryGraduated = "primary_graduated", "小学毕业";
        /// Left junior school.
        JuniorGraduated = "junior_graduated", "初中毕业";
    }
}
