package org.coopmesh.docs;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the documentation names is there: links, commands, settings, paths, classes, tests, endpoints. Each check is also held
 * against a text that is wrong.
 */
class DocsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path OPERATING = ROOT.resolve("docs/operating.md");
    private static final Set<String> NOT_OURS =
            Set.of("target", "node_modules", ".git", ".coopmesh");
    private static final List<String> SERVICES =
            List.of("membership-service", "billing-service", "abuse-reporting");

    private static List<Path> testSources = List.of();

    private static final Pattern LINK = Pattern.compile("\\[[^\\[\\]]*]\\(([^()\\s]+)\\)");
    private static final Pattern CODE_BLOCK = Pattern.compile("(?ms)^ *```.*?^ *```");
    private static final Pattern INLINE_CODE = Pattern.compile("`[^`\n]*`");
    private static final Pattern COMMAND =
            Pattern.compile(
                    "(?<![\\w/])\\./coopmesh ([a-z]+(?:-[a-z]+)*)(?: (--[a-z]+|(?<=bench )[a-z]+))?");
    private static final Pattern VARIABLE = Pattern.compile("\\bCOOPMESH_[A-Z_]+[A-Z]\\b");
    private static final Pattern TEST_NAME =
            Pattern.compile("`([A-Z]\\w+(?:Test|IT|Properties))\\.(\\w+)`");
    private static final Pattern CLASS_NAME = Pattern.compile("`([a-z]+/[A-Z]\\w+)(?:\\.\\w+)?`");
    private static final Pattern FIRST_CELL = Pattern.compile("(?m)^\\| *`([^`]+)` *\\|");
    private static final Pattern ENDPOINT =
            Pattern.compile("(?m)^\\| *`((?:GET|POST|PUT|DELETE|PATCH) [^` ]+)` *\\|");

    @Test
    void everyLinkLeadsSomewhere() throws IOException {
        for (Path page : pages()) {
            assertThat(brokenLinks(page, Files.readString(page)))
                    .as(ROOT.relativize(page) + " has links that lead nowhere")
                    .isEmpty();
        }

        assertThat(brokenLinks(ROOT.resolve("README.md"), "[a](gone.md) [b](docs/security.md#no)"))
                .containsExactly("gone.md", "docs/security.md#no");
    }

    @Test
    void everyCommandIsKnownToTheScript() throws IOException {
        String script = Files.readString(ROOT.resolve("coopmesh"));
        for (Path page : pages()) {
            assertThat(unknownCommands(Files.readString(page), script))
                    .as(ROOT.relativize(page) + " names commands that the script does not know")
                    .isEmpty();
        }

        assertThat(unknownCommands("./coopmesh fly, ./coopmesh bench rockets", script))
                .containsExactly("fly", "bench rockets");
        assertThat(unknownCommands("./coopmesh up --high", script)).containsExactly("up --high");
    }

    @Test
    void everySettingIsInItsApplicationYml() throws IOException {
        String settings = section(Files.readString(OPERATING), "## Settings");
        for (String service : Stream.concat(Stream.of("gateway"), SERVICES.stream()).toList()) {
            String table = section(settings, "### " + service);
            String yml = Files.readString(yml(service));

            assertThat(firstCells(table)).as(service + " has a table").isNotEmpty();
            assertThat(firstCells(table))
                    .as("settings of " + service + " in docs/operating.md")
                    .isSubsetOf(keys(yml));
            assertThat(variables(table))
                    .as("variables of " + service + " in docs/operating.md")
                    .isSubsetOf(variables(yml));
        }

        assertThat(keys("a:\n  b.c: 1 # one\n  d:\n    e: 2\nf: 3\n"))
                .containsExactly("a.b.c", "a.d.e", "f");
    }

    @Test
    void everyVariableIsReadBySomething() throws IOException {
        var known = new TreeSet<String>();
        for (Path file : files(DocsTest::readsVariables)) {
            known.addAll(variables(Files.readString(file)));
        }
        for (Path page : pages()) {
            String text =
                    Files.readString(page)
                            .replace(
                                    "COOPMESH_MEMBER_CHECKINTERVAL", ""); // An example of the rule.
            assertThat(variables(text)).as(ROOT.relativize(page).toString()).isSubsetOf(known);
        }

        assertThat(known).doesNotContain("COOPMESH_NOTHING").contains("COOPMESH_ISSUER");
    }

    @Test
    void everyLineOfTheAgentsTableIsInItsConfiguration() throws IOException {
        String conf = Files.readString(ROOT.resolve("node-agent/src/dist/agent.conf"));
        String table = section(Files.readString(OPERATING), "## Nodes");
        table = table.substring(table.indexOf("| setting of agent.conf"));
        Set<String> inConf =
                Pattern.compile("(?m)^([a-z-]+):")
                        .matcher(conf)
                        .results()
                        .map(found -> found.group(1))
                        .collect(toCollection(TreeSet::new));
        var inTable = new TreeSet<String>();
        for (String line : table.lines().filter(line -> line.startsWith("| `")).toList()) {
            Pattern.compile("`([^`]+)`")
                    .matcher(line.split("\\|")[1])
                    .results()
                    .forEach(name -> inTable.add(name.group(1)));
        }

        assertThat(inTable).isEqualTo(inConf);
    }

    @Test
    void whereIsNamesPlacesThatAreThere() throws IOException {
        String table = section(Files.readString(ROOT.resolve("README.md")), "## Where is …?");
        List<String> places =
                LINK.matcher(table).results().map(found -> found.group(1)).distinct().toList();

        assertThat(places).hasSizeGreaterThan(15);
        assertThat(places).allSatisfy(place -> assertThat(ROOT.resolve(place)).exists());
    }

    @Test
    void theRolesOfEveryEndpointAreWrittenDownAndOfNoOther() throws IOException {
        String matrix =
                section(Files.readString(ROOT.resolve("docs/security.md")), "## Who may do");
        for (String service : SERVICES) {
            List<String> written =
                    ENDPOINT.matcher(section(matrix, "### " + service))
                            .results()
                            .map(found -> found.group(1))
                            .toList();

            assertThat(written).as(service).doesNotHaveDuplicates();
            assertThat(written)
                    .as("endpoints of " + service + " in docs/security.md and in its openapi.json")
                    .containsExactlyInAnyOrderElementsOf(endpoints(service));
        }
    }

    @Test
    void everyProofThatIsNamedIsATest() throws IOException {
        for (Path page : pages()) {
            assertThat(missingTests(Files.readString(page)))
                    .as(ROOT.relativize(page) + " names tests that are not there")
                    .isEmpty();
        }

        assertThat(missingTests("`DocsTest.neverWritten` and `GoneIT.works`"))
                .containsExactly("DocsTest.neverWritten", "GoneIT.works");
        assertThat(missingTests("`DocsTest.noTestAtAll`")).containsExactly("DocsTest.noTestAtAll");
    }

    @Test
    void everyThreatHasAProof() throws IOException {
        String threats = Files.readString(ROOT.resolve("docs/threats.md"));
        List<String> rows =
                threats.lines().filter(line -> line.matches("\\| [STRIDE] \\|.*")).toList();

        assertThat(rows).hasSizeGreaterThan(80);
        assertThat(rows).allSatisfy(row -> assertThat(proofs(row)).as(row).isNotEmpty());
        assertThat(threats).contains("\n## Not proven yet\n");
        assertThat(proofs("| S | guessed | a limit | because we say so |")).isEmpty();
        assertThat(proofs("| S | guessed | `DocsTest.x` | |")).isEmpty();
        assertThat(proofs("| S | a | b | `DocsTest.x`, and more |")).isEmpty();
        assertThat(proofs("| S | a | b | `DocsTest.x`, `DocsTest.y` |")).hasSize(2);
    }

    @Test
    void everyClassNamedWithItsCapabilityIsThere() throws IOException {
        Set<String> classes =
                files(file -> file.toString().endsWith(".java")).stream()
                        .map(file ->
                                file.getParent().getFileName()
                                        + "/"
                                        + file.getFileName().toString().replace(".java", ""))
                        .collect(toCollection(HashSet::new));
        for (Path page : pages()) {
            assertThat(found(CLASS_NAME, Files.readString(page)))
                    .as(ROOT.relativize(page).toString())
                    .isSubsetOf(classes);
        }

        assertThat(classes).doesNotContain("ledger/Guess").contains("ledger/Ledger");
    }

    private static List<String> brokenLinks(Path page, String text) throws IOException {
        String prose =
                INLINE_CODE.matcher(CODE_BLOCK.matcher(text).replaceAll("")).replaceAll("code");
        var broken = new ArrayList<String>();
        for (String target :
                LINK.matcher(prose).results().map(found -> found.group(1)).distinct().toList()) {
            if (target.matches("[a-z]+:.*")) {
                continue;
            }
            int hash = target.indexOf('#');
            String path = hash < 0 ? target : target.substring(0, hash);
            Path file = path.isEmpty() ? page : page.resolveSibling(path);
            boolean leads =
                    Files.exists(file)
                            && (hash < 0 || anchors(file).contains(target.substring(hash + 1)));
            if (!leads) {
                broken.add(target);
            }
        }
        return broken;
    }

    /** As a reader of Markdown makes them: lower case, no punctuation, hyphens for spaces. */
    private static Set<String> anchors(Path page) throws IOException {
        return Files.readString(page)
                .lines()
                .filter(line -> line.matches("#+ .*"))
                .map(line -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT))
                .map(line -> line.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
                .collect(toCollection(TreeSet::new));
    }

    private static List<String> unknownCommands(String text, String script) {
        var unknown = new ArrayList<String>();
        for (MatchResult found : COMMAND.matcher(text).results().toList()) {
            String command = found.group(1);
            String more = found.group(2);
            if (!Pattern.compile("(?m)^" + command + "\\)").matcher(script).find()) {
                unknown.add(command);
            } else if (more != null
                    && !(more.startsWith("--")
                            ? usage(script, command).contains(more)
                            : Pattern.compile("(?m)^ +" + more + "\\) module=")
                                    .matcher(script)
                                    .find())) {
                unknown.add(command + " " + more);
            }
        }
        return unknown;
    }

    private static String usage(String script, String command) {
        return script.lines()
                .filter(line -> line.startsWith("./coopmesh " + command))
                .findFirst()
                .orElse("");
    }

    /** For the check of checks: named like a proof, and run by nobody. */
    static void noTestAtAll() {}

    /** Those of the tests named in {@code text} that no source has, or that nothing runs. */
    static List<String> missingTests(String text) throws IOException {
        List<Path> sources = testSources();
        var missing = new ArrayList<String>();
        for (MatchResult found : TEST_NAME.matcher(text).results().toList()) {
            boolean there = false;
            for (Path source : sources) {
                there |=
                        source.endsWith(found.group(1) + ".java")
                                && isTest(Files.readString(source), found.group(2));
            }
            if (!there) {
                missing.add(found.group(1) + "." + found.group(2));
            }
        }
        return missing;
    }

    private static synchronized List<Path> testSources() throws IOException {
        if (testSources.isEmpty()) {
            testSources =
                    files(file ->
                            file.toString().endsWith(".java")
                                    && file.toString().contains("/src/test/"));
        }
        return testSources;
    }

    /** Whether the lines above the method, as far as they belong to it, say that it is run. */
    private static boolean isTest(String source, String method) {
        int at = source.indexOf("void " + method + "(");
        if (at < 0) return false;
        String above = source.substring(source.lastIndexOf("\n    }\n", at) + 1, at);
        return Stream.of(
                        "@Test",
                        "@ParameterizedTest",
                        "@Property",
                        "@Example",
                        "@FuzzTest",
                        "@RepeatedTest")
                .anyMatch(above::contains);
    }

    /** The tests in the last cell of a row of threats; none where it says anything else. */
    private static List<String> proofs(String row) {
        String cell = row.substring(0, row.lastIndexOf('|')).replaceFirst("^.*\\|", "").strip();
        List<String> named = Stream.of(cell.split(", ")).toList();
        return named.stream().allMatch(TEST_NAME.asMatchPredicate()) ? named : List.of();
    }

    private static List<String> endpoints(String service) {
        var endpoints = new ArrayList<String>();
        new JsonMapper()
                .readTree(ROOT.resolve(service).resolve("openapi.json"))
                .path("paths")
                .properties()
                .forEach(path ->
                        path.getValue()
                                .propertyNames()
                                .forEach(method ->
                                        endpoints.add(
                                                method.toUpperCase(Locale.ROOT)
                                                        + " "
                                                        + path.getKey())));
        return endpoints;
    }

    /** The text below the heading that begins so, up to the next of its level. */
    private static String section(String text, String heading) {
        int start = text.indexOf("\n" + heading);
        assertThat(start).as("there is a section \"" + heading + "\"").isNotNegative();
        String level = heading.substring(0, heading.indexOf(' ') + 1);
        int end = text.indexOf("\n" + level, start + 1);
        return end < 0 ? text.substring(start) : text.substring(start, end);
    }

    private static List<String> firstCells(String table) {
        return FIRST_CELL.matcher(table).results().map(found -> found.group(1)).toList();
    }

    private static Set<String> variables(String text) {
        return VARIABLE.matcher(text)
                .results()
                .map(MatchResult::group)
                .collect(toCollection(TreeSet::new));
    }

    private static Set<String> found(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map(found -> found.group(1))
                .collect(toCollection(TreeSet::new));
    }

    /** The dotted paths of a YAML file's leaves; enough of YAML for settings. */
    private static Set<String> keys(String yml) {
        record Open(int indent, String path) {}
        var open = new ArrayDeque<Open>();
        var keys = new TreeSet<String>();
        for (String line : yml.lines().toList()) {
            var entry =
                    Pattern.compile("^( *)([\\w.-]+):(?: +(.*))?$").matcher(line.stripTrailing());
            if (!entry.matches()) {
                continue;
            }
            int indent = entry.group(1).length();
            while (!open.isEmpty() && open.peek().indent() >= indent) {
                open.pop();
            }
            String path = (open.isEmpty() ? "" : open.peek().path() + ".") + entry.group(2);
            String value = entry.group(3);
            if (value == null || value.startsWith("#")) {
                open.push(new Open(indent, path));
            } else {
                keys.add(path);
            }
        }
        return keys;
    }

    private static Path yml(String service) {
        return ROOT.resolve(service).resolve("src/main/resources/application.yml");
    }

    private static boolean readsVariables(Path file) {
        String name = file.getFileName().toString();
        if (file.toString().contains("/src/test/")) {
            return false;
        }
        return Stream.of(".yml", ".yaml", ".java", ".sh", ".mjs", ".ts").anyMatch(name::endsWith)
                || name.startsWith("coopmesh")
                || file.getParent().endsWith(".ci");
    }

    private static List<Path> pages() throws IOException {
        return files(file -> file.toString().endsWith(".md"));
    }

    private static List<Path> files(Predicate<Path> wanted) throws IOException {
        var files = new ArrayList<Path>();
        Files.walkFileTree(
                ROOT,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path directory, BasicFileAttributes attributes) {
                        String name = directory.getFileName().toString();
                        return NOT_OURS.contains(name)
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        if (wanted.test(file)) {
                            files.add(file);
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        return files;
    }
}
