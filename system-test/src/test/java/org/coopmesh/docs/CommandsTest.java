package org.coopmesh.docs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/**
 * Commands that the pages for people tell to type: each is run here as it stands, or is in the table of those that are not, with the
 * reason. A block says what it is; commands stand in blocks of {@code sh}.
 */
class CommandsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Set<String> KINDS = Set.of("sh", "http", "yaml", "python", "text");
    private static final Pattern BLOCK =
            Pattern.compile("(?ms)^ *```(\\w*)\\n(.*?)^ *```$", Pattern.UNIX_LINES);

    /** Run in an empty folder of their own. */
    private static final List<String> RUN =
            List.of("age-keygen -o operator.key", "cp .env.example .env");

    /** What begins so is not run here, and why. A test in quotes runs the same program. */
    private static final Map<String, String> NOT_RUN =
            Map.ofEntries(
                    entry(
                            "./coopmesh up",
                            "builds all of it and stays: `UsageBecomesInvoiceJourneyIT.bytesThroughTheKernelBecomeALineOnTheBill` lives in what it starts"),
                    entry("./coopmesh down", "ends what up started; every journey ends so"),
                    entry("./coopmesh test", "runs this"),
                    entry(
                            "./coopmesh secrets",
                            "writes into the tree: `ComposeTest.everyServiceHasItsOwnSecretsAsFilesAndNoOthers` runs it elsewhere"),
                    entry(
                            "./coopmesh backup",
                            "wants an installation: `BackupJourneyIT.aBackupOfABusyVillageIsRestorableAndADamagedOneIsRefused`"),
                    entry(
                            "./coopmesh drill",
                            "the same: `BackupJourneyIT.aBackupOfABusyVillageIsRestorableAndADamagedOneIsRefused`"),
                    entry(
                            "./coopmesh restore",
                            "the same: `BackupJourneyIT.aBackupOfABusyVillageIsRestorableAndADamagedOneIsRefused`"),
                    entry(
                            "./coopmesh verify books",
                            "wants an export: `BooksApiIT.theStandAloneCheckFindsTheBooksRightAndWrongByOneByte`"),
                    entry(
                            "./coopmesh verify log",
                            "wants a log: `LogApiIT.aWholeHistoryThatIsRewrittenAndSignedAnewIsFoundByWhoeverKeptTheEarlier`"),
                    entry(
                            "mvn package jib:dockerBuild -DskipTests",
                            "wants Docker: ./coopmesh compose-check makes the images"),
                    entry(
                            "docker compose up -d --wait",
                            "wants Docker: `ComposeJourneyIT.aCoopIsFoundedJoinedBilledDestroyedAndComesBackWithNothingBilledTwice`"),
                    entry(
                            "docker compose --profile front up -d --wait",
                            "the same, with the web server"),
                    entry(
                            "docker compose exec",
                            "the same; that the service is there is looked at"),
                    entry("docker compose ps", "looks only"),
                    entry("docker compose logs", "looks only"),
                    entry("df -h", "looks only"));

    @Test
    void toolsThatAreNotThereAreNamedEachOfThem(@TempDir Path bare) throws Exception {
        for (String needed : List.of("bash", "dirname", "uname", "id", "ls", "sed", "cat")) {
            Files.createSymbolicLink(
                    bare.resolve(needed),
                    Stream.of("/usr/bin/", "/bin/")
                            .map(folder -> Path.of(folder + needed))
                            .filter(Files::exists)
                            .findFirst()
                            .orElseThrow());
        }
        var builder = new ProcessBuilder(bare.resolve("bash").toString(), "coopmesh", "doctor");
        builder.directory(ROOT.toFile()).redirectErrorStream(true);
        builder.environment().put("PATH", bare.toString());
        Process doctor = builder.start();
        String told = new String(doctor.getInputStream().readAllBytes(), UTF_8);
        assertThat(doctor.waitFor(30, TimeUnit.SECONDS)).isTrue();

        String tools =
                told.lines()
                        .filter(line -> line.startsWith("missing  tools"))
                        .findFirst()
                        .orElse(told);
        assertThat(tools)
                .contains("iproute2", "nftables", "babeld", "iputils-ping", "curl", "chromium")
                .contains("age");
    }

    @Test
    void everyBlockSaysWhatItIs() throws IOException {
        for (Path page : pages()) {
            Matcher block = BLOCK.matcher(Files.readString(page));
            while (block.find()) {
                assertThat(KINDS).as(page + ": " + block.group(2)).contains(block.group(1));
            }
        }
    }

    @Test
    void everyCommandIsRunOrItIsSaidWhyNot() throws IOException {
        List<String> told = commands();

        assertThat(told).hasSizeGreaterThan(15);
        assertThat(told).allMatch(command -> RUN.contains(command) || reason(command));
        assertThat(RUN).as("run, and told nowhere").isSubsetOf(told);
        assertThat(NOT_RUN.keySet())
                .as("in the table, and told nowhere")
                .allMatch(begin -> told.stream().anyMatch(command -> begins(command, begin)));
        assertThat(reason("./coopmesh fly")).isFalse();
        assertThat(reason("docker compose executes nothing")).isFalse();
    }

    @Test
    void everyReasonNamesATestThatIsThere() throws IOException {
        assertThat(DocsTest.missingTests(String.join("\n", NOT_RUN.values()))).isEmpty();
    }

    @Test
    void whatTheScriptIsToldItKnows() throws IOException {
        String script = Files.readString(ROOT.resolve("coopmesh"));
        String usage = script.substring(script.indexOf("<<'TXT'"), script.indexOf("\nTXT\n"));
        for (String command : commands()) {
            if (!command.startsWith("./coopmesh ")) continue;
            String verb = command.split(" ")[1];
            assertThat(usage).as(command).contains("\n./coopmesh " + verb);
            for (String word : command.split(" ")) {
                if (word.startsWith("--")) assertThat(usage).as(command).contains(word);
            }
        }
    }

    @Test
    void whatComposeIsToldItKnows() throws IOException {
        Map<String, Object> compose =
                new Yaml().load(Files.readString(ROOT.resolve("docker-compose.yml")));
        Set<?> services = ((Map<?, ?>) compose.get("services")).keySet();
        for (String command : commands()) {
            Matcher of = Pattern.compile("docker compose exec ([a-z-]+) ").matcher(command);
            if (of.find()) assertThat(services.contains(of.group(1))).as(command).isTrue();
        }
    }

    @Test
    void whatCanBeRunRuns(@TempDir Path folder) throws Exception {
        Files.copy(ROOT.resolve(".env.example"), folder.resolve(".env.example"));
        for (String command : RUN) {
            String tool = command.split(" ")[0];
            if (Stream.of("/bin", "/usr/bin").noneMatch(at -> Files.exists(Path.of(at, tool)))) {
                continue; // ./coopmesh test installs it where it can.
            }
            Process run =
                    new ProcessBuilder("sh", "-ec", command)
                            .directory(folder.toFile())
                            .redirectErrorStream(true)
                            .start();
            String said = new String(run.getInputStream().readAllBytes());

            assertThat(run.waitFor(30, TimeUnit.SECONDS)).as(command).isTrue();
            assertThat(run.exitValue()).as(command + ": " + said).isZero();
        }
        assertThat(folder.resolve(".env")).isNotEmptyFile();
    }

    private static boolean reason(String command) {
        return NOT_RUN.keySet().stream().anyMatch(begin -> begins(command, begin));
    }

    private static boolean begins(String command, String begin) {
        return (command + " ").startsWith(begin + " ");
    }

    /** Each once, without what is said of it. */
    private static List<String> commands() throws IOException {
        var commands = new TreeSet<String>();
        for (Path page : pages()) {
            Matcher block = BLOCK.matcher(Files.readString(page));
            while (block.find()) {
                if (!block.group(1).equals("sh")) continue;
                block.group(2)
                        .lines()
                        .map(line -> line.replaceFirst("(^|\\s+)#.*", "").strip())
                        .filter(line -> !line.isEmpty())
                        .forEach(commands::add);
            }
        }
        return List.copyOf(commands);
    }

    private static List<Path> pages() throws IOException {
        var pages = new ArrayList<Path>(List.of(ROOT.resolve("README.md")));
        try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
            docs.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
        }
        return pages;
    }
}
