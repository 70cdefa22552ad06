import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.ConstantPoolSharingOption;
import java.lang.classfile.ClassFile.DebugElementsOption;
import java.lang.classfile.ClassFile.LineNumbersOption;
import java.lang.classfile.ClassFileElement;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.attribute.RuntimeInvisibleAnnotationsAttribute;
import java.lang.classfile.attribute.RuntimeInvisibleParameterAnnotationsAttribute;
import java.lang.classfile.attribute.RuntimeInvisibleTypeAnnotationsAttribute;
import java.lang.classfile.attribute.RuntimeVisibleAnnotationsAttribute;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.lang.constant.ClassDesc;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Leaves out of the agent's libraries what the agent cannot reach. A class stays if its name stands anywhere in the constants
 * of one that stays: as a type, within a signature, or as a text that might be loaded by name. So it keeps rather too much.
 * Tables for debuggers go; line numbers stay in our own classes only. Signatures of jars go too: classes of signed jars stay
 * out of the AOT cache.
 *
 * <p>Run by package-deb: {@code java Trim.java <folder with node-agent.jar and lib>}.
 */
final class Trim {
    private static final String OURS = "org/coopmesh/nodeagent/";
    private static final Pattern NAME = Pattern.compile("[\\w$-]+(?:[./][\\w$-]+)+");

    /** What libraries look for by a name that they put together, or that only the runtime knows. */
    private static final List<String> ROOTS =
            List.of("org/coopmesh/nodeagent/NodeAgent", "org/slf4j/simple/SimpleServiceProvider");

    /** Named by grpc where it looks for a security provider, which nothing of the agent asks for. */
    private static final List<String> LEFT_OUT =
            List.of("org/bouncycastle/jce/", "org/bouncycastle/jcajce/", "org/bouncycastle/x509/");

    private final Map<Path, Map<String, byte[]>> jars = new TreeMap<>();
    private final Map<String, byte[]> classes = new HashMap<>();
    private final Set<String> reached = new HashSet<>();
    private final ClassHierarchyResolver hierarchy =
            ClassHierarchyResolver.ofResourceParsing(this::bytesOf)
                    .orElse(ClassHierarchyResolver.defaultResolver())
                    .cached();

    static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        var trim = new Trim();
        try (Stream<Path> libraries = Files.list(folder.resolve("lib"))) {
            for (Path jar : libraries.filter(file -> file.toString().endsWith(".jar")).sorted().toList()) {
                trim.read(jar);
            }
        }
        trim.read(folder.resolve("node-agent.jar"));
        trim.strip();
        trim.reach();
        for (Path jar : trim.jars.keySet()) trim.write(jar);
    }

    private void read(Path jar) throws IOException {
        Map<String, byte[]> entries = new TreeMap<>();
        try (var file = new JarFile(jar.toFile(), false)) {
            for (var entry : file.stream().filter(entry -> !entry.isDirectory()).toList()) {
                entries.put(entry.getName(), file.getInputStream(entry).readAllBytes());
            }
        }
        jars.put(jar, entries);
        entries.forEach((name, bytes) -> {
            if (isClass(name)) classes.putIfAbsent(typeOf(name), bytes);
        });
    }

    private static boolean isClass(String name) {
        return name.endsWith(".class") && !name.startsWith("META-INF/") && !name.endsWith("module-info.class");
    }

    private static String typeOf(String name) {
        return name.substring(0, name.length() - ".class".length());
    }

    private InputStream bytesOf(ClassDesc type) {
        byte[] bytes = classes.get(type.descriptorString().substring(1, type.descriptorString().length() - 1));
        return bytes == null ? null : new ByteArrayInputStream(bytes);
    }

    private void strip() {
        Map<String, byte[]> stripped = new HashMap<>();
        classes.forEach((type, bytes) -> stripped.put(type, stripped(type, bytes)));
        classes.putAll(stripped);
    }

    private void reach() {
        Deque<String> open = new ArrayDeque<>();
        List<String> roots = new ArrayList<>(ROOTS);
        for (Map<String, byte[]> entries : jars.values()) {
            entries.forEach((name, bytes) -> {
                if (name.startsWith("META-INF/services/")) roots.addAll(namesIn(new String(bytes, StandardCharsets.UTF_8)));
            });
        }
        for (String root : roots) add(root, open);
        while (!open.isEmpty()) {
            ClassModel model = ClassFile.of().parse(classes.get(open.pop()));
            for (PoolEntry entry : model.constantPool()) {
                if (entry instanceof Utf8Entry text) {
                    for (String name : namesIn(text.stringValue())) add(name, open);
                }
            }
        }
    }

    private static List<String> namesIn(String text) {
        List<String> names = new ArrayList<>();
        var found = NAME.matcher(text);
        while (found.find()) {
            String name = found.group().replace('.', '/');
            names.add(name);
            // As it stands in a signature: Lio/grpc/Status;
            for (int at = name.indexOf('L'); at >= 0 && at < name.indexOf('/'); at = name.indexOf('L', at + 1)) {
                names.add(name.substring(at + 1));
            }
        }
        return names;
    }

    private void add(String name, Deque<String> open) {
        if (LEFT_OUT.stream().anyMatch(name::startsWith)) return;
        if (classes.containsKey(name) && reached.add(name)) open.add(name);
    }

    private void write(Path jar) throws IOException {
        Map<String, byte[]> entries = jars.get(jar);
        Path trimmed = jar.resolveSibling(jar.getFileName() + ".new");
        boolean empty = true;
        try (var out = new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(trimmed)))) {
            out.setLevel(Deflater.BEST_COMPRESSION);
            // First in the file, as a jar wants it
            byte[] manifest = entries.get(JarFile.MANIFEST_NAME);
            if (manifest != null) put(out, JarFile.MANIFEST_NAME, withoutDigests(manifest));
            for (var entry : entries.entrySet()) {
                String name = entry.getKey();
                if (isClass(name)) {
                    // In the first jar that has it, as the runtime looks for it
                    if (!reached.remove(typeOf(name))) continue;
                    put(out, name, Objects.requireNonNull(classes.get(typeOf(name))));
                } else if (name.startsWith("META-INF/") ? !name.startsWith("META-INF/services/") : !isWanted(name)) {
                    continue;
                } else {
                    put(out, name, entry.getValue());
                }
                empty = false;
            }
        }
        if (empty) {
            Files.delete(trimmed);
            Files.delete(jar);
        } else {
            Files.move(trimmed, jar, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Descriptions of formats, which nothing reads at run time, and Kotlin's tables for compilers are not. */
    private static boolean isWanted(String name) {
        return !name.endsWith(".class")
                && !name.endsWith(".proto")
                && !name.contains(".kotlin_")
                && !name.endsWith(".properties.bin")
                && !name.startsWith("org/bouncycastle/");
    }

    /** With a pool of constants of its own: what only the tables named is not reached. */
    private byte[] stripped(String type, byte[] bytes) {
        boolean ours = type.startsWith(OURS);
        ClassFile format =
                ClassFile.of(
                        ConstantPoolSharingOption.NEW_POOL,
                        ClassHierarchyResolverOption.of(hierarchy),
                        DebugElementsOption.DROP_DEBUG,
                        ours ? LineNumbersOption.PASS_LINE_NUMBERS : LineNumbersOption.DROP_LINE_NUMBERS);
        ClassTransform members =
                ClassTransform.transformingMethods((method, element) -> {
                            if (!isForCompilers(element)) method.with(element);
                        })
                        .andThen(ClassTransform.transformingFields((field, element) -> {
                            if (!isForCompilers(element)) field.with(element);
                        }))
                        .andThen((whole, element) -> {
                            if (!isForCompilers(element)) whole.with(element);
                        });
        return format.transformClass(format.parse(bytes), members);
    }

    /** Annotations that no program sees, and those that only Kotlin's compiler reads. */
    private static boolean isForCompilers(ClassFileElement element) {
        return element instanceof RuntimeInvisibleAnnotationsAttribute
                || element instanceof RuntimeInvisibleParameterAnnotationsAttribute
                || element instanceof RuntimeInvisibleTypeAnnotationsAttribute
                || element instanceof RuntimeVisibleAnnotationsAttribute visible
                        && visible.annotations().stream()
                                .anyMatch(one -> one.className().equalsString("Lkotlin/Metadata;"));
    }

    private static byte[] withoutDigests(byte[] manifest) {
        String text = new String(manifest, StandardCharsets.UTF_8).replace("\r\n", "\n");
        int end = text.indexOf("\n\n");
        return (end < 0 ? text : text.substring(0, end + 2)).getBytes(StandardCharsets.UTF_8);
    }

    /** With one time for all, so that the same classes make the same file. */
    private static void put(ZipOutputStream out, String name, byte[] bytes) throws IOException {
        var entry = new ZipEntry(name);
        entry.setTimeLocal(java.time.LocalDateTime.of(2026, 1, 1, 0, 0));
        out.putNextEntry(entry);
        out.write(bytes);
        out.closeEntry();
    }
}
