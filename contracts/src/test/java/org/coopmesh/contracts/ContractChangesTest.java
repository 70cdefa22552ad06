package org.coopmesh.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.TextFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each kind of change to a small contract is seen to be refused, or to pass. */
class ContractChangesTest {

    private static final String DOG =
            """
            name: "kennel.proto" package: "kennel.v1" syntax: "proto3"
            message_type {
              name: "Dog"
              field { name: "name" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
              field { name: "paws" number: 2 type: TYPE_UINT32 label: LABEL_OPTIONAL }
              field { name: "coat" number: 3 type: TYPE_ENUM type_name: ".kennel.v1.Coat" label: LABEL_OPTIONAL }
              field { name: "barks" number: 4 type: TYPE_BOOL label: LABEL_OPTIONAL oneof_index: 0 }
              field { name: "growls" number: 5 type: TYPE_BOOL label: LABEL_OPTIONAL oneof_index: 0 }
              oneof_decl { name: "sound" }
              oneof_decl { name: "mood" }
              reserved_range { start: 8 end: 10 }
              reserved_name: "fleas"
              nested_type {
                name: "Collar"
                field { name: "tag" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
              }
            }
            message_type { name: "Cat" }
            enum_type {
              name: "Coat"
              value { name: "COAT_UNSPECIFIED" number: 0 }
              value { name: "COAT_LONG" number: 1 }
              reserved_range { start: 7 end: 7 }
              reserved_name: "COAT_SHORN"
            }
            service {
              name: "Kennel"
              method { name: "Fetch" input_type: ".kennel.v1.Dog" output_type: ".kennel.v1.Dog" }
            }
            """;

    @Test
    void nothingChangedBreaksNothing() throws Exception {
        assertThat(ContractChanges.breaking(contract(DOG), contract(DOG))).isEmpty();
    }

    @Test
    void whatIsAddedBreaksNothing() throws Exception {
        String grown =
                DOG.replace(
                                "oneof_decl { name: \"sound\" }",
                                """
                                field { name: "age" number: 6 type: TYPE_UINT32 label: LABEL_OPTIONAL }
                                field { name: "howls" number: 7 type: TYPE_BOOL label: LABEL_OPTIONAL oneof_index: 0 }
                                oneof_decl { name: "sound" }
                                """)
                        .replace(
                                "value { name: \"COAT_LONG\" number: 1 }",
                                "value { name: \"COAT_LONG\" number: 1 } value { name: \"COAT_CURLY\" number: 2 }")
                        .replace(
                                "message_type { name: \"Cat\" }",
                                "message_type { name: \"Cat\" } message_type { name: \"Cow\" }")
                        .replace(
                                "name: \"Kennel\"",
                                "name: \"Kennel\" method { name: \"Feed\" input_type: \".kennel.v1.Dog\" output_type: \".kennel.v1.Dog\" }");

        assertThat(ContractChanges.breaking(contract(DOG), contract(grown))).isEmpty();
    }

    @Test
    void aMessageMayMoveToAnotherFile() throws Exception {
        String cat = "message_type { name: \"Cat\" }";
        FileDescriptorSet moved =
                contract(
                        DOG.replace(cat, ""),
                        "name: \"cattery.proto\" package: \"kennel.v1\" syntax: \"proto3\" " + cat);

        assertThat(ContractChanges.breaking(contract(DOG), moved)).isEmpty();
    }

    @Test
    void aFieldThatGoesLeavesItsNumberAndItsNameReserved() throws Exception {
        String paws = "field { name: \"paws\" number: 2 type: TYPE_UINT32 label: LABEL_OPTIONAL }";
        String number = "reserved_range { start: 2 end: 3 }";
        String name = "reserved_name: \"paws\"";

        assertThat(after(paws, ""))
                .containsExactly(
                        "message kennel.v1.Dog, field paws = 2: is gone and its number and name not reserved");
        assertThat(after(paws, number))
                .containsExactly(
                        "message kennel.v1.Dog, field paws = 2: is gone and its name not reserved");
        assertThat(after(paws, name))
                .containsExactly(
                        "message kennel.v1.Dog, field paws = 2: is gone and its number not reserved");
        assertThat(after(paws, number + name)).isEmpty();
    }

    @Test
    void aFieldKeepsItsNumberAndItsName() throws Exception {
        assertThat(after("name: \"paws\" number: 2", "name: \"paws\" number: 20"))
                .containsExactly("message kennel.v1.Dog, field paws = 2: is renumbered to 20");
        assertThat(after("name: \"paws\" number: 2", "name: \"feet\" number: 2"))
                .containsExactly("message kennel.v1.Dog, field paws = 2: is renamed to feet");
        assertThat(after("name: \"tag\" number: 1", "name: \"label\" number: 1"))
                .containsExactly(
                        "message kennel.v1.Dog.Collar, field tag = 1: is renamed to label");
    }

    @Test
    void twoFieldsDoNotSwapTheirNumbers() throws Exception {
        String swapped =
                DOG.replace("name: \"barks\" number: 4", "name: \"barks\" number: 5")
                        .replace("name: \"growls\" number: 5", "name: \"growls\" number: 4");

        assertThat(ContractChanges.breaking(contract(DOG), contract(swapped)))
                .containsExactly(
                        "message kennel.v1.Dog, field barks = 4: is renumbered to 5",
                        "message kennel.v1.Dog, field growls = 5: is renumbered to 4");
    }

    @Test
    void aFieldKeepsItsTypeAndItsLabel() throws Exception {
        assertThat(after("number: 2 type: TYPE_UINT32", "number: 2 type: TYPE_INT32"))
                .containsExactly(
                        "message kennel.v1.Dog, field paws = 2: changes its type from uint32 to int32");
        assertThat(after("type_name: \".kennel.v1.Coat\"", "type_name: \".kennel.v1.Fur\""))
                .containsExactly(
                        "message kennel.v1.Dog, field coat = 3: changes its type from kennel.v1.Coat to kennel.v1.Fur");
        assertThat(after("TYPE_UINT32 label: LABEL_OPTIONAL", "TYPE_UINT32 label: LABEL_REPEATED"))
                .containsExactly(
                        "message kennel.v1.Dog, field paws = 2: changes its label from singular to repeated");
        assertThat(
                        after(
                                "TYPE_UINT32 label: LABEL_OPTIONAL",
                                "TYPE_UINT32 label: LABEL_OPTIONAL proto3_optional: true oneof_index: 1"))
                .containsExactly(
                        "message kennel.v1.Dog, field paws = 2: changes its label from singular to optional");
    }

    @Test
    void aFieldStaysInItsOneof() throws Exception {
        assertThat(
                        after(
                                "number: 5 type: TYPE_BOOL label: LABEL_OPTIONAL oneof_index: 0",
                                "number: 5 type: TYPE_BOOL label: LABEL_OPTIONAL oneof_index: 1"))
                .containsExactly(
                        "message kennel.v1.Dog, field growls = 5: changes its oneof from sound to mood");
        assertThat(
                        after(
                                "number: 5 type: TYPE_BOOL label: LABEL_OPTIONAL oneof_index: 0",
                                "number: 5 type: TYPE_BOOL label: LABEL_OPTIONAL"))
                .containsExactly(
                        "message kennel.v1.Dog, field growls = 5: changes its oneof from sound to none");
        assertThat(
                        after(
                                "TYPE_UINT32 label: LABEL_OPTIONAL",
                                "TYPE_UINT32 label: LABEL_OPTIONAL oneof_index: 0"))
                .containsExactly(
                        "message kennel.v1.Dog, field paws = 2: changes its oneof from none to sound");
    }

    @Test
    void whatIsReservedStaysReserved() throws Exception {
        assertThat(
                        after(
                                "reserved_range { start: 8 end: 10 }",
                                "reserved_range { start: 8 end: 9 }"))
                .containsExactly("message kennel.v1.Dog: number 9 is no more reserved");
        assertThat(after("reserved_name: \"fleas\"", ""))
                .containsExactly("message kennel.v1.Dog: name fleas is no more reserved");
        assertThat(after("reserved_range { start: 7 end: 7 }", ""))
                .containsExactly("enum kennel.v1.Coat: number 7 is no more reserved");
        assertThat(after("reserved_name: \"COAT_SHORN\"", ""))
                .containsExactly("enum kennel.v1.Coat: name COAT_SHORN is no more reserved");
    }

    @Test
    void anEnumValueKeepsItsNumberAndItsName() throws Exception {
        String value = "value { name: \"COAT_LONG\" number: 1 }";

        assertThat(after(value, ""))
                .containsExactly(
                        "enum kennel.v1.Coat, value COAT_LONG = 1: is gone and its number and name not reserved");
        assertThat(after(value, "reserved_range { start: 1 end: 1 } reserved_name: \"COAT_LONG\""))
                .isEmpty();
        assertThat(after(value, "value { name: \"COAT_LONG\" number: 2 }"))
                .containsExactly("enum kennel.v1.Coat, value COAT_LONG = 1: is renumbered to 2");
        assertThat(after(value, "value { name: \"COAT_WIRE\" number: 1 }"))
                .containsExactly(
                        "enum kennel.v1.Coat, value COAT_LONG = 1: is renamed to COAT_WIRE");
    }

    @Test
    void anRpcKeepsItsNameItsMessagesAndItsStreams() throws Exception {
        assertThat(after("name: \"Fetch\"", "name: \"Bring\""))
                .containsExactly("service kennel.v1.Kennel, rpc Fetch: is gone");
        assertThat(after("input_type: \".kennel.v1.Dog\"", "input_type: \".kennel.v1.Cat\""))
                .containsExactly(
                        "service kennel.v1.Kennel, rpc Fetch: changes its request from kennel.v1.Dog to kennel.v1.Cat");
        assertThat(
                        after(
                                "output_type: \".kennel.v1.Dog\"",
                                "output_type: \".kennel.v1.Dog\" server_streaming: true"))
                .containsExactly(
                        "service kennel.v1.Kennel, rpc Fetch: changes its answer from kennel.v1.Dog to stream kennel.v1.Dog");
    }

    @Test
    void messagesEnumsAndServicesNeverGo() throws Exception {
        assertThat(after("name: \"Cat\"", "name: \"Cow\""))
                .containsExactly("message kennel.v1.Cat: is gone");
        assertThat(after("name: \"Collar\"", "name: \"Leash\""))
                .containsExactly("message kennel.v1.Dog.Collar: is gone");
        assertThat(after("name: \"Coat\"", "name: \"Fur\""))
                .containsExactly("enum kennel.v1.Coat: is gone");
        assertThat(after("name: \"Kennel\"", "name: \"Pound\""))
                .containsExactly("service kennel.v1.Kennel: is gone");
        assertThat(after("package: \"kennel.v1\"", "package: \"kennel.v2\""))
                .contains("message kennel.v1.Dog: is gone");
    }

    private static List<String> after(String said, String nowSaid) throws Exception {
        assertThat(DOG).contains(said);
        return ContractChanges.breaking(contract(DOG), contract(DOG.replace(said, nowSaid)));
    }

    private static FileDescriptorSet contract(String... files) throws Exception {
        var contract = FileDescriptorSet.newBuilder();
        for (String file : files) {
            contract.addFile(TextFormat.parse(file, FileDescriptorProto.class));
        }
        return contract.build();
    }
}
