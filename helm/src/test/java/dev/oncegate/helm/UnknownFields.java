package dev.oncegate.helm;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds in models what they read without knowing it: their additionalProperties, at any depth. */
final class UnknownFields {
  private static final String KEPT = "getAdditionalProperties";

  private UnknownFields() {}

  /** Adds the paths of all unknown fields. */
  static void collect(@Nullable Object model, String path, Set<String> found) {
    if (model == null) {
      return;
    }
    if (model instanceof Collection<?> all) {
      all.forEach(one -> collect(one, path, found));
      return;
    }
    String packageName = model.getClass().getPackageName();
    if (!packageName.startsWith("io.fabric8.") && !packageName.startsWith("io.strimzi.")
        || model instanceof Enum) {
      return;
    }
    for (Method method : model.getClass().getMethods()) {
      if (method.getName().startsWith("get")
          && method.getParameterCount() == 0
          && method.getDeclaringClass() != Object.class) {
        Object value = valueOf(method, model);
        if (method.getName().equals(KEPT)) {
          if (value instanceof Map<?, ?> unknown) {
            unknown.keySet().forEach(key -> found.add(path + "/" + key));
          }
        } else {
          collect(value, path + "/" + method.getName().substring("get".length()), found);
        }
      }
    }
  }

  private static @Nullable Object valueOf(Method method, Object model) {
    try {
      return method.invoke(model);
    } catch (InvocationTargetException e) {
      // A getter that is not for the fields, such as one of the plural or the CRD's name.
      return null;
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }
}
