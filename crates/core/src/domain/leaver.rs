//! Primary leavers (小学毕业生): the children who are registered at a junior school (STU-3).

/// Grade in which primary school ends, also inside a nine-year school.
pub const LAST_PRIMARY_GRADE: i64 = 6;
/// First grade that a leaver can be registered in.
pub const FIRST_JUNIOR_GRADE: i64 = 7;

/// True when a child whose latest class is of this grade and school year has left, or is
/// leaving, primary school in a school year (model.md): whether the old school has run its
/// graduation does not matter, since the schools do not do so on the same day.
#[must_use]
pub const fn is_leaver(grade: i64, class_year: i64, this_year: i64) -> bool {
    grade == LAST_PRIMARY_GRADE && class_year <= this_year
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixth_grade_of_this_or_an_earlier_year_leaves() {
        for (grade, year, leaves) in [
            (6, 2026, true),
            (6, 2025, true),
            (6, 2020, true),
            (6, 2027, false),
            (5, 2025, false),
            (7, 2025, false),
            (9, 2026, false),
        ] {
            assert_eq!(is_leaver(grade, year, 2026), leaves, "{grade} of {year}");
        }
    }
}
