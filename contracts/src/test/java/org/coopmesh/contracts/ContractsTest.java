package org.coopmesh.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.TextFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import org.junit.jupiter.api.Test;

/**
 * The protos keep every word that was given: nodes in the field and events in the log were written against what is in {@code
 * src/test/resources/accepted.txtpb}.
 *
 * <p>After adding to a proto: {@code mvn -f contracts/pom.xml test -Dcontracts.accept}, and commit the file with the proto. It
 * accepts additions only. Who must take something back before it was ever released edits the file by hand, and says why.
 */
class ContractsTest {

    private static final Path ACCEPTED = Path.of("src/test/resources/accepted.txtpb");

    @Test
    void whatWasSaidOnceIsKept() throws IOException {
        assertThat(ContractChanges.breaking(accepted(), current()))
                .as("broken promises to nodes and logs; see ContractsTest")
                .isEmpty();
    }

    @Test
    void whatIsSaidNewIsWrittenDown() throws IOException {
        FileDescriptorSet current = current();
        if (System.getProperty("contracts.accept") != null
                && ContractChanges.breaking(accepted(), current).isEmpty()) {
            Files.writeString(ACCEPTED, TextFormat.printer().printToString(current));
        }

        assertThat(TextFormat.printer().printToString(accepted()))
                .as("the protos grew: mvn -f contracts/pom.xml test -Dcontracts.accept")
                .isEqualTo(TextFormat.printer().printToString(current));
    }

    private static FileDescriptorSet accepted() throws IOException {
        String text = Files.exists(ACCEPTED) ? Files.readString(ACCEPTED) : "";
        return TextFormat.parse(text, FileDescriptorSet.class);
    }

    /** As the compiler wrote them in this build, without comments, in the order of their names. */
    private static FileDescriptorSet current() throws IOException {
        byte[] compiled = Files.readAllBytes(Path.of(System.getProperty("contracts.descriptors")));
        var ours = FileDescriptorSet.newBuilder();
        FileDescriptorSet.parseFrom(compiled).getFileList().stream()
                .filter(file -> file.getPackage().startsWith("coopmesh."))
                .map(file -> file.toBuilder().clearSourceCodeInfo().build())
                .sorted(Comparator.comparing(FileDescriptorProto::getName))
                .forEach(ours::addFile);
        return ours.build();
    }
}
