package io.octavo.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.acceptance.Command.Ran;
import io.octavo.acceptance.Readme.Block;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What README tells people to type works, and prints what README says. */
@ExtendWith(SharedStack.class)
final class ReadmeIT {
    private static final Duration BOUND = Duration.ofMinutes(2);
    private static final int MOST_LINES = 10;

    private final Stack stack;
    private final Readme readme;

    ReadmeIT(Stack stack) throws Exception {
        this.stack = stack;
        this.readme = Readme.read(stack.root().resolve("README.md"));
    }

    @Test
    void shellCommandsDoWhatTheySay() throws Exception {
        for (Block block : readme.blocks("shell")) {
            runByBash(block);
        }
    }

    @Test
    void restCallsDoWhatTheySay() throws Exception {
        for (Block block : readme.blocks("rest")) {
            runByBash(block);
        }
    }

    @Test
    void javaCompilesWithTheClientAloneAndDoesWhatItSays() throws Exception {
        List<Block> blocks = readme.blocks("java");
        assertThat(blocks)
                .allSatisfy(block ->
                        assertThat(block.shown()).as("%s is short", block).hasSizeLessThanOrEqualTo(MOST_LINES));
        new Snippets(stack, stack.newFolder(), Snippets.client(), text -> text).runStatements(blocks, Map.of());
    }

    private void runByBash(Block block) throws Exception {
        Path folder = stack.newFolder();
        Files.createSymbolicLink(
                folder.resolve("octavo"), stack.root().resolve("octavo").toAbsolutePath());
        Path script = Files.writeString(folder.resolve("block.sh"), block.withMarks(stack.url()));
        Ran ran = stack.run(folder, BOUND, List.of("bash", "-eu", "-o", "pipefail", script.toString()));
        assertThat(ran.status()).as("%s\n%s\n%s", block, ran, stack.logs()).isZero();
        List<String> expected = block.expectations();
        assertThat(expected).as("%s says what it prints", block).isNotEmpty();
        String[] printed = ran.out().split(Block.MARK, -1);
        assertThat(printed).as("%s\n%s", block, ran).hasSize(expected.size() + 1);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(printed[i].strip()).as("%s\n%s", block, ran).endsWith(expected.get(i));
        }
    }
}
