package io.octavo.cli;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import com.github.freva.asciitable.OverflowBehaviour;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Rows under headings, for people. Not safe for use by several threads. */
final class Table {
    private static final int WIDEST = 60;

    private final Column[] columns;
    private final List<Object[]> rows = new ArrayList<>();

    /**
     * @param headings those that start with {@code >} are of numbers, aligned to the right; what is too wide is cut, but
     *     under those that start with {@code |} goes on in the next line
     */
    Table(String... headings) {
        columns = Stream.of(headings).map(Table::column).toArray(Column[]::new);
    }

    private static Column column(String heading) {
        HorizontalAlign align = heading.startsWith(">") ? HorizontalAlign.RIGHT : HorizontalAlign.LEFT;
        return new Column()
                .header(heading.replaceFirst("^[>|]", ""))
                .headerAlign(align)
                .dataAlign(align)
                .maxWidth(
                        WIDEST, heading.startsWith("|") ? OverflowBehaviour.NEWLINE : OverflowBehaviour.ELLIPSIS_RIGHT);
    }

    /** Adds a row; what is empty shows as a dash. */
    void row(String... cells) {
        rows.add(Stream.of(cells)
                .map(cell -> cell.isEmpty() ? "-" : Text.line(cell))
                .toArray());
    }

    /** Adds a line to the last cell of the row above. */
    void more(String line) {
        Object[] cells = new Object[columns.length];
        Arrays.fill(cells, "");
        cells[cells.length - 1] = Text.line(line);
        rows.add(cells);
    }

    void print(PrintStream out) {
        lines().forEach(out::println);
    }

    List<String> lines() {
        return AsciiTable.builder()
                .border(AsciiTable.NO_BORDERS)
                .data(columns, rows.toArray(Object[][]::new))
                .asString()
                .lines()
                .map(String::stripTrailing)
                .toList();
    }
}
