package org.coopmesh.abuse.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** Our rules beside the schemas that the XARF project publishes, where those lie beside the repository. */
class XarfOracleTest {
    private static final Path SHARED = Path.of("../../shared/samples/xarf");
    private static final int CHANGED = 2_000;

    @BeforeAll
    static void theSchemasAreHere() {
        assumeTrue(Files.isDirectory(SHARED), "no shared samples beside the repository");
    }

    @Test
    void theirSamplesAreTakenByBoth() throws IOException {
        Schema schema = schema();
        try (Stream<Path> files = Files.list(SHARED.resolve("v4"))) {
            for (Path file : files.toList()) {
                byte[] sample = Files.readAllBytes(file);
                assertThat(valid(schema, sample)).as(file.toString()).isTrue();
                assertThat(XarfReader.read(sample).evidence())
                        .as(file.toString())
                        .allSatisfy(e -> assertThat(e.claim().differs()).isFalse());
            }
        }
    }

    @Test
    void ourSamplesAreTakenByBoth() {
        Schema schema = schema();
        for (byte[] sample : XarfSamples.all()) {
            assertThat(errors(schema, sample)).isEmpty();
            XarfReader.read(sample);
        }
    }

    @Test
    void bothTakeAndRefuseTheSameReports() {
        Schema schema = schema();
        var differ = new ArrayList<String>();
        var random = new Random(7);
        for (int i = 0; i < CHANGED; i++) {
            XarfType type = XarfType.values()[i % XarfType.values().length];
            ObjectNode document = XarfSamples.of(type);
            List<String> names = List.copyOf(type.shape().fields().keySet());
            String name = names.get(random.nextInt(names.size()));
            if (random.nextInt(4) == 0) {
                document.remove(name);
            } else {
                document.set(
                        name, XarfSamples.JSON.readTree(VALUES.get(random.nextInt(VALUES.size()))));
            }
            byte[] bytes = XarfSamples.bytes(document);
            boolean saysNothing =
                    name.equals("source_identifier")
                            && "\"\"".equals(String.valueOf(document.get(name)));
            if (saysNothing) continue; // A report about nothing: allowed there, refused here.
            List<String> theirs = errors(schema, bytes);
            boolean ours = true;
            try {
                XarfReader.read(bytes);
            } catch (ReportRefused refused) {
                ours =
                        refused.wrongs().stream().allMatch(w -> w.rule().equals("email"))
                                && document.get(name).isString();
            }
            if (theirs.isEmpty() != ours) {
                differ.add(
                        type.wire()
                                + " "
                                + name
                                + " = "
                                + document.get(name)
                                + ": ours "
                                + ours
                                + ", theirs "
                                + theirs);
            }
        }

        assertThat(differ).isEmpty();
    }

    private static final List<String> VALUES =
            List.of(
                    "null",
                    "true",
                    "0",
                    "1",
                    "-1",
                    "0.5",
                    "70000",
                    "1e10",
                    "\"\"",
                    "\"tcp\"",
                    "\"x\"",
                    "[]",
                    "{}",
                    "[\"x\"]",
                    "[1]",
                    "\"https://a.example/b\"",
                    "\"a@b.example\"",
                    "\"2026-11-20T10:00:00Z\"",
                    "\"2026-11-20\"",
                    "\"198.51.100.9\"",
                    "\"2001:db8::1\"",
                    "\"other\"",
                    "[\"other\"]",
                    "\"CVE-2024-1234\"",
                    "[\"CVE-2024-1234\"]",
                    "\"DE\"",
                    "{\"type\": \"x\"}",
                    "[{\"x\": 1}]",
                    "\"" + "y".repeat(1_001) + "\"");

    private static boolean valid(Schema schema, byte[] document) {
        return errors(schema, document).isEmpty();
    }

    private static List<String> errors(Schema schema, byte[] document) {
        return schema
                .validate(
                        new String(document, StandardCharsets.UTF_8),
                        InputFormat.JSON,
                        context ->
                                context.executionConfig(
                                        config -> config.formatAssertionsEnabled(true)))
                .stream()
                .map(Object::toString)
                .filter(error -> !error.contains("RFC 5321")) // It knows no address in .example.
                .toList();
    }

    private static Schema schema() {
        String folder = SHARED.resolve("schemas").toAbsolutePath().normalize().toUri().toString();
        SchemaRegistry registry =
                SchemaRegistry.withDefaultDialect(
                        SpecificationVersion.DRAFT_2020_12,
                        builder ->
                                builder.schemaLoader(loader -> loader.fetchRemoteResources())
                                        .schemaIdResolvers(ids ->
                                                ids.mapPrefix(
                                                        "https://xarf.org/schemas/v4/", folder)));
        return registry.getSchema(
                SchemaLocation.of("https://xarf.org/schemas/v4/xarf-v4-master.json"));
    }
}
