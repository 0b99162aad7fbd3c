package io.octavo.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.UsageMessageSpec;

/** How help looks: like a manual's page, with what the command changes, its exit statuses and where to read on. */
final class ManPage {
    private static final String CHANGES = "changes";
    private static final String RELATED = "related";
    private static final int WIDTH = 100;

    private ManPage() {}

    /** Makes this command's help, and that of those below it, look so. */
    static void dress(CommandLine line) {
        line.setUsageHelpWidth(WIDTH);
        UsageMessageSpec usage = line.getCommandSpec().usageMessage();
        usage.synopsisHeading("%nUsage%n  ");
        usage.descriptionHeading("%nDescription%n");
        usage.parameterListHeading("%nParameters%n");
        usage.optionListHeading("%nOptions%n");
        usage.commandListHeading("%nCommands%n");
        usage.exitCodeListHeading("%nExit status%n");
        usage.footerHeading("%nExamples%n");
        usage.sortOptions(false);
        usage.exitCodeList(statuses());
        Manual manual = manual(line);
        if (manual != null) {
            List<String> keys = new ArrayList<>(line.getHelpSectionKeys());
            keys.add(keys.indexOf(UsageMessageSpec.SECTION_KEY_DESCRIPTION) + 1, CHANGES);
            keys.add(RELATED);
            line.setHelpSectionKeys(keys);
            line.getHelpSectionMap().put(CHANGES, help -> section(help, "Changes", manual.changes()));
            line.getHelpSectionMap().put(RELATED, help -> section(help, "Related", related(manual)));
        }
        line.getSubcommands().values().forEach(ManPage::dress);
    }

    /** What is said of a command beside what picocli knows; null if nothing is. */
    static @Nullable Manual manual(CommandLine line) {
        return line.getCommandSpec().userObject().getClass().getAnnotation(Manual.class);
    }

    private static String section(Help help, String heading, String text) {
        StringBuilder section = new StringBuilder(String.format("%n%s%n", heading));
        return Help.join(help.ansi(), WIDTH, true, new String[] {text}, section).toString();
    }

    private static String related(Manual manual) {
        return Stream.of(manual.related()).map(name -> "octavo " + name).collect(Collectors.joining(", "));
    }

    private static Map<String, String> statuses() {
        Map<String, String> statuses = new LinkedHashMap<>();
        statuses.put("0", "done");
        statuses.put("1", "the server said no, or couldn't be reached, or a file here couldn't be used");
        statuses.put("2", "the command was not understood; nothing was sent");
        statuses.put("3", "the outcome is unknown; it tells how to repeat it safely");
        statuses.put("4", "waited in vain");
        statuses.put("130", "ended by Ctrl-C (143: by a termination signal)");
        return statuses;
    }
}
