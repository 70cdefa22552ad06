package org.coopmesh.deploy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** What no object that the chart makes may be, read from the plain text that Kubernetes would get. */
final class PodRules {
    private static final Set<String> MAKES_PODS =
            Set.of("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod");
    private static final Set<String> GIVES_POWER =
            Set.of("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding");

    private final List<String> broken = new ArrayList<>();

    private PodRules() {}

    /** Each broken rule, with what breaks it. */
    static List<String> broken(List<Map<String, Object>> objects) {
        var rules = new PodRules();
        objects.forEach(rules::look);
        rules.everyPartIsLookedAfter(objects);
        return rules.broken;
    }

    private void look(Map<String, Object> object) {
        String kind = text(object, "kind");
        String name = kind + "/" + text(object, "metadata.name");
        if (kind.equals("Secret")) broken.add(name + ": the chart makes a secret");
        if (GIVES_POWER.contains(kind))
            broken.add(name + ": the chart grants rights of the cluster");
        if (kind.equals("Cluster") || kind.equals("KafkaNodePool")) {
            limited(name, map(object, "spec.resources"));
        }
        if (!MAKES_PODS.contains(kind)) return;
        Map<String, Object> pod =
                switch (kind) {
                    case "Pod" -> map(object, "spec");
                    case "CronJob" -> map(object, "spec.jobTemplate.spec.template.spec");
                    default -> map(object, "spec.template.spec");
                };
        pod(name, pod);
        for (String containers : List.of("initContainers", "containers")) {
            for (Map<String, Object> container : maps(pod, containers)) {
                container(name + "." + text(container, "name"), container);
            }
        }
        if (kind.equals("Deployment")) deployment(name, object, pod);
        if (kind.equals("Job") && map(object, "spec").get("activeDeadlineSeconds") == null) {
            broken.add(name + ": no end of time");
        }
    }

    private void pod(String name, Map<String, Object> pod) {
        if (!Boolean.FALSE.equals(pod.get("automountServiceAccountToken"))) {
            broken.add(name + ": a token of the cluster in the pod");
        }
        for (String shared : List.of("hostNetwork", "hostPID", "hostIPC")) {
            if (Boolean.TRUE.equals(pod.get(shared))) broken.add(name + ": " + shared);
        }
        if (!Boolean.TRUE.equals(map(pod, "securityContext").get("runAsNonRoot"))
                || Objects.equals(map(pod, "securityContext").get("runAsUser"), 0)) {
            broken.add(name + ": root");
        }
        if (!"RuntimeDefault".equals(map(pod, "securityContext.seccompProfile").get("type"))) {
            broken.add(name + ": every system call");
        }
        for (Map<String, Object> volume : maps(pod, "volumes")) {
            if (volume.containsKey("hostPath")) broken.add(name + ": a folder of the machine");
            if (volume.containsKey("emptyDir")
                    && map(volume, "emptyDir").get("sizeLimit") == null) {
                broken.add(name + ": a scratch volume without a limit");
            }
        }
    }

    private void container(String name, Map<String, Object> container) {
        limited(name, map(container, "resources"));
        String image = text(container, "image");
        String tag = image.substring(image.lastIndexOf('/') + 1);
        if (!tag.contains(":") || tag.endsWith(":latest") || tag.endsWith(":")) {
            broken.add(name + ": no version: " + image);
        }
        Map<String, Object> security = map(container, "securityContext");
        if (!Boolean.TRUE.equals(security.get("readOnlyRootFilesystem"))) {
            broken.add(name + ": writable root");
        }
        if (!Boolean.FALSE.equals(security.get("allowPrivilegeEscalation"))) {
            broken.add(name + ": may gain rights");
        }
        if (Boolean.TRUE.equals(security.get("privileged"))) broken.add(name + ": privileged");
        if (!List.of("ALL").equals(map(security, "capabilities").get("drop"))
                || map(security, "capabilities").get("add") != null) {
            broken.add(name + ": capabilities");
        }
        for (Map<String, Object> variable : maps(container, "env")) {
            if (text(variable, "name").matches(".*(PASSWORD|SECRET|JAAS_CONFIG)$")
                    && variable.containsKey("value")) {
                broken.add(name + ": " + variable.get("name") + " in plain text");
            }
        }
    }

    private void limited(String name, Map<String, Object> resources) {
        if (map(resources, "limits").get("memory") == null)
            broken.add(name + ": no limit of memory");
        Map<String, Object> requests = map(resources, "requests");
        if (requests.get("memory") == null || requests.get("cpu") == null) {
            broken.add(name + ": asks for nothing");
        }
    }

    private void deployment(String name, Map<String, Object> object, Map<String, Object> pod) {
        for (Map<String, Object> container : maps(pod, "containers")) {
            for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
                if (map(container, probe).isEmpty()) broken.add(name + ": no " + probe);
            }
        }
        if (!(pod.get("terminationGracePeriodSeconds") instanceof Integer grace) || grace < 45) {
            broken.add(name + ": no time to end");
        }
        Map<String, Object> strategy = map(object, "spec.strategy");
        if (!"Recreate".equals(strategy.get("type"))
                && !Objects.equals(map(strategy, "rollingUpdate").get("maxUnavailable"), 0)) {
            broken.add(name + ": fewer than wanted while it is replaced");
        }
    }

    /** Whoever runs twice is not evicted at once, and every pod stands under a policy where there are any. */
    private void everyPartIsLookedAfter(List<Map<String, Object>> objects) {
        for (Map<String, Object> object : objects) {
            if (!text(object, "kind").equals("Deployment")) continue;
            String name = text(object, "metadata.name");
            Object replicas = map(object, "spec").get("replicas");
            boolean several = !(replicas instanceof Integer one) || one > 1;
            if (several && !there(objects, "PodDisruptionBudget", name)) {
                broken.add("Deployment/" + name + ": all may be evicted at once");
            }
            boolean scaled = there(objects, "HorizontalPodAutoscaler", name);
            if (scaled == (replicas != null)) {
                broken.add("Deployment/" + name + ": two say how many, or nobody");
            }
            boolean farewell =
                    objects.stream()
                            .filter(any -> text(any, "kind").equals("ConfigMap"))
                            .filter(any -> text(any, "metadata.name").equals(name))
                            .anyMatch(any -> map(any, "data").containsKey("COOPMESH_FAREWELL"));
            if (!farewell) broken.add("Deployment/" + name + ": goes without farewell");
            boolean policies =
                    objects.stream().anyMatch(any -> text(any, "kind").equals("NetworkPolicy"));
            if (policies && !there(objects, "NetworkPolicy", name)) {
                broken.add("Deployment/" + name + ": no network policy");
            }
        }
    }

    private static boolean there(List<Map<String, Object>> objects, String kind, String name) {
        return objects.stream()
                .anyMatch(object ->
                        text(object, "kind").equals(kind)
                                && text(object, "metadata.name").equals(name));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Map<String, Object> from, String path) {
        Object at = from;
        for (String step : path.split("\\.")) {
            at = at instanceof Map<?, ?> inner ? inner.get(step) : null;
        }
        return at instanceof Map<?, ?> found ? (Map<String, Object>) found : Map.of();
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> maps(Map<String, Object> from, String name) {
        return from.get(name) instanceof List<?> list
                ? (List<Map<String, Object>>) list
                : List.of();
    }

    private static String text(Map<String, Object> from, String path) {
        int last = path.lastIndexOf('.');
        Map<String, Object> holder = last < 0 ? from : map(from, path.substring(0, last));
        return String.valueOf(holder.getOrDefault(path.substring(last + 1), ""));
    }
}
