//! JSON: an object a row, in an array or a line each. Absent values are null.

use serde_json::{Map, Value};

use super::{Cell, Table};

/// A table as one array.
pub(super) fn array(table: &Table) -> anyhow::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(&objects(table).collect::<Vec<_>>())?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// A table as a line a row.
pub(super) fn lines(table: &Table) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for object in objects(table) {
        serde_json::to_writer(&mut bytes, &object)?;
        bytes.push(b'\n');
    }
    Ok(bytes)
}

fn objects(table: &Table) -> impl Iterator<Item = Value> {
    let object = |row: &Vec<Cell>| {
        let fields = table.columns.iter().zip(row).map(|(column, cell)| (column.name.to_owned(), value(cell)));
        Value::Object(fields.collect::<Map<_, _>>())
    };
    table.rows.iter().map(object)
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Empty => Value::Null,
        Cell::Text(text) => text.as_str().into(),
        Cell::Whole(whole) => (*whole).into(),
        Cell::Moment(moment) => moment.to_string().into(),
        Cell::Flag(is_so) => (*is_so).into(),
        Cell::Yuan(_) | Cell::Share(_) | Cell::Number(_) => cell.number().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample;
    use super::*;

    #[test]
    fn numbers_are_numbers() {
        let lines = String::from_utf8(lines(&sample()).expect("JSON")).expect("text");
        let rows: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert_eq!(rows[0]["cpm_yuan"], 140.43);
        assert_eq!(rows[0]["author_id"], "6826128263245070349");
        assert!(rows[1]["expected_views"].is_null());
        assert_eq!([&rows[0]["implied"], &rows[1]["implied"]], [true, false]);
        assert_eq!(serde_json::from_slice::<Vec<Value>>(&array(&sample()).expect("JSON")).expect("JSON"), rows);
    }
}
