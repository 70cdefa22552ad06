package org.coopmesh.billing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The checks in {@code tools/verify}, run as anybody runs them. */
public final class VerifyTool {
    private static final Path TOOLS = Path.of("..", "tools", "verify").toAbsolutePath().normalize();

    private VerifyTool() {}

    /** What a program said, both streams together. */
    public record Run(int code, String text) {}

    /** Whether there is a Python at all. */
    public static boolean isThere() {
        return python("--version").code() == 0;
    }

    /** Checks one export of evidence. */
    public static Run verify(Path export, String... options) {
        return python("coopmesh_verify.py", export, options);
    }

    /** Changes bits of an export and tells which were not noticed. */
    public static Run flip(Path export, String... options) {
        return python("flip_test.py", export, options);
    }

    private static Run python(String tool, Path export, String... options) {
        var arguments = new ArrayList<String>(List.of(TOOLS.resolve(tool).toString()));
        arguments.add(export.toString());
        arguments.addAll(List.of(options));
        return python(arguments.toArray(String[]::new));
    }

    private static Run python(String... arguments) {
        var command = new ArrayList<String>(List.of("python3", "-B"));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String text =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
            return new Run(process.exitValue(), text);
        } catch (IOException noPython) {
            return new Run(127, "");
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }
}
